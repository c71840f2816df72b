"""The server's own client at Globus Auth: what it asks for, and how it reads the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio.to_thread
import globus_sdk
import jwt
from fastmcp.server.auth.oauth_proxy.upstream import AsyncOAuth2Client, OAuthError
from pydantic import SecretStr
from typing_extensions import override

from alcf_mcp.auth.clients import POLICY, RESOURCE_SERVER, SCOPE
from alcf_mcp.auth.errors import AuthError
from alcf_mcp.auth.network import transport
from alcf_mcp.measures import OUTCOME, RENEWALS

IDENTITY_SCOPES = ("openid", "profile", "email")

GROUPS_RESOURCE_SERVER = "groups.api.globus.org"
GROUPS_SCOPE = "urn:globus:auth:scope:groups.api.globus.org:view_my_groups_and_memberships"

CHECKED_EVERY = 600
"""Seconds after which a sign-in is renewed at Globus, although its token lasts for two days: one that the
user has revoked there ends within this time."""


class NoFacilityToken(AuthError):
    """Globus gave no token for the facility: the user did not consent, or the client may not ask for it."""


def asked_of_globus(*, groups: bool, lasting: bool = True) -> dict[str, str]:
    """What the server asks Globus for, on behalf of each user.

    Args:
        groups: whether it has to know the user's groups.
        lasting: whether it renews what it is given.
    """
    scopes = (*IDENTITY_SCOPES, SCOPE, *([GROUPS_SCOPE] if groups else []))
    asked = {"scope": " ".join(scopes), "session_required_policies": POLICY}
    return asked | ({"access_type": "offline"} if lasting else {})


class GlobusTokenClient(AsyncOAuth2Client):
    """Fetches and renews tokens at Globus, and puts the facility's first.

    Globus answers with one token for each service, in any order; whoever reads the answer expects one.
    """

    @override
    async def refresh_token(self, url: str, **params: Any) -> dict[str, Any]:
        """Renew a token."""
        outcome = "failed"
        try:
            renewed = await super().refresh_token(url, **params)
            outcome = "ok"
            return renewed
        except OAuthError as error:
            if error.error == "invalid_grant":
                outcome = "ended"
            raise
        finally:
            RENEWALS.add(1, {OUTCOME: outcome})

    @override
    async def _request_token(self, url: str, data: dict[str, Any]) -> dict[str, Any]:
        return facility_first(await super()._request_token(url, data))


def facility_first(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return Globus' answer with the facility's token at the top, and the others below.

    Raises:
        NoFacilityToken: there is none for the facility.
    """
    top = {name: value for name, value in answer.items() if name not in ("id_token", "other_tokens")}
    tokens = [top, *answer.get("other_tokens", ())]
    facility = next((token for token in tokens if token.get("resource_server") == RESOURCE_SERVER), None)
    if facility is None:
        raise NoFacilityToken(
            "Globus gave no token for the ALCF Facility API",
            hint="Sign in again, and agree to all that Globus asks.",
        )
    others = [token for token in tokens if token is not facility]
    lasts = min(int(facility["expires_in"]), CHECKED_EVERY)
    found = {**facility, "expires_in": lasts, "lasts": facility["expires_in"]}
    if others:  # a renewal brings none
        found["other_tokens"] = others
    return found | ({"id_token": answer["id_token"]} if "id_token" in answer else {})


class IDTokens:
    """Verifies what Globus says about who has signed in.

    Args:
        client_id: the server's client, which the id tokens are for.
    """

    def __init__(self, client_id: str) -> None:
        self._client_id = client_id
        self._known: tuple[str, list[str], Any] | None = None

    async def claims(self, id_token: str) -> dict[str, Any]:
        """Return what a token says, if Globus has signed it for this server.

        Raises:
            jwt.PyJWTError: it is not a valid token.
            globus_sdk.GlobusError: Globus' keys can't be fetched.
        """
        if self._known is None:
            self._known = await anyio.to_thread.run_sync(self._ask)
        issuer, algorithms, key = self._known
        # It came from Globus itself over TLS and is kept encrypted; what it says holds after it has expired.
        options: Any = {"verify_exp": False, "require": ["sub", "iss", "aud"]}
        claims: dict[str, Any] = jwt.decode(
            id_token, key, algorithms, options, audience=self._client_id, issuer=issuer
        )
        return claims

    @staticmethod
    def _ask() -> tuple[str, list[str], Any]:
        with globus_sdk.AuthClient(transport=transport()) as globus:
            configuration = globus.get_openid_configuration()
            key = globus.get_jwk(openid_configuration=configuration, as_pem=True)
            algorithms = list(configuration["id_token_signing_alg_values_supported"])
            return str(configuration["issuer"]), algorithms, key


def globus_url() -> str:
    """Globus Auth's address, which the SDK's environment variables can change."""
    with globus_sdk.AuthClient(transport=transport()) as globus:
        return str(globus.base_url).rstrip("/")


async def groups_of(token: SecretStr) -> frozenset[str]:
    """The ids of the Globus groups that somebody is an active member of.

    Raises:
        globus_sdk.GlobusError: Globus Groups can't be asked.
    """

    def ask() -> frozenset[str]:
        authorizer = globus_sdk.AccessTokenAuthorizer(token.get_secret_value())
        with globus_sdk.GroupsClient(authorizer=authorizer, transport=transport()) as client:
            return frozenset(str(group["id"]) for group in client.get_my_groups())

    return await anyio.to_thread.run_sync(ask)


async def revoke(client_id: str, secret: str, *tokens: str) -> None:
    """Revoke tokens that the server's client was given; with a refresh token, all that came of it.

    Raises:
        globus_sdk.GlobusError: Globus can't be told.
    """

    def tell() -> None:
        with globus_sdk.ConfidentialAppAuthClient(client_id, secret, transport=transport()) as globus:
            for token in tokens:
                globus.oauth2_revoke_token(token)

    await anyio.to_thread.run_sync(tell)
