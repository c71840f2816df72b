"""How people sign in: OAuth for their clients, in front of Globus Auth.

Clients register here, or name their metadata's address, and get tokens of this server. Globus knows only one
client, this server. The users' Globus tokens stay in the server's encrypted store.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from time import time
from typing import Any

import globus_sdk
from fastmcp.server.auth.auth import AccessToken, TokenVerifier
from fastmcp.server.auth.oauth_proxy.models import UpstreamTokenSet
from fastmcp.server.auth.oauth_proxy.upstream import OAuthError
from joserfc.errors import JoseError
from key_value.aio.protocols import AsyncKeyValue
from mcp.server.auth.provider import RefreshToken, TokenError
from pydantic import SecretStr
from starlette.routing import Route
from typing_extensions import override

from alcf_mcp.auth.clients import SESSION_SECONDS
from alcf_mcp.measures import OUTCOME, SIGN_IN, SIGN_INS
from alcf_mcp.postgres.nonces import Nonces
from alcf_mcp.store import or_else
from alcf_mcp.team.admission import Admission, NotAdmitted
from alcf_mcp.team.clients import REGISTERED_SECONDS, Clients
from alcf_mcp.team.globus_client import GlobusTokenClient, IDTokens, asked_of_globus, globus_url, revoke
from alcf_mcp.team.keys import ServerKeys
from alcf_mcp.team.person import Person
from alcf_mcp.team.revocation import PATH as REVOCATION_PATH
from alcf_mcp.team.revocation import revocation_route
from alcf_mcp.team.verified import VerifiedTokens

logger = logging.getLogger(__name__)

SCOPE = "alcf"
"""The one scope of this server's own tokens."""

MCP_PATH = "/mcp"
CALLBACK_PATH = "/auth/callback"
"""Where Globus sends people back to: the redirect URL to register there."""

CODE_SECONDS = 600.0
"""Longer than a client has to redeem its authorization code."""

CLIENT_TOKEN_SECONDS = 3600
"""How long a client's own access token lasts; clients renew it without the user."""


class GlobusSignIn(Clients):
    """OAuth for the clients: registration, consent, and tokens that stand for a Globus sign-in.

    Args:
        client_id: the server's client at Globus.
        client_secret: its secret.
        origin: the server's public address, without a path.
        keys: the server's keys.
        storage: where sign-ins are kept, encrypted.
        admission: who may sign in.
        nonces: what was used once, where several replicas have to know it.

    Attributes:
        admission: who may sign in.
        id_tokens: verifies what Globus says about who has signed in.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: SecretStr,
        *,
        origin: str,
        keys: ServerKeys,
        storage: AsyncKeyValue,
        admission: Admission,
        nonces: Nonces | None = None,
    ) -> None:
        globus = f"{globus_url()}/v2/oauth2"
        super().__init__(
            upstream_authorization_endpoint=f"{globus}/authorize",
            upstream_token_endpoint=f"{globus}/token",
            upstream_revocation_endpoint=f"{globus}/token/revoke",
            upstream_client_id=client_id,
            upstream_client_secret=client_secret.get_secret_value(),
            token_verifier=_NothingToVerify(required_scopes=[SCOPE]),
            base_url=origin,
            redirect_path=CALLBACK_PATH,
            forward_resource=False,  # Globus knows no resource indicators
            extra_authorize_params=asked_of_globus(groups=admission.asks_for_groups),
            client_storage=storage,
            jwt_signing_key=keys.signing(),
            fastmcp_access_token_expiry_seconds=CLIENT_TOKEN_SECONDS,
        )
        self.admission = admission
        self._nonces = nonces
        self._verified = VerifiedTokens()
        self.id_tokens = IDTokens(client_id)

    @override
    def get_routes(self, mcp_path: str | None = None) -> list[Route]:
        """Return the routes."""
        routes = super().get_routes(mcp_path)
        return [revocation_route(self) if route.path == REVOCATION_PATH else route for route in routes]

    # What clients do

    @override
    async def exchange_authorization_code(self, client: Any, authorization_code: Any) -> Any:
        """Give a client its tokens."""
        code = authorization_code.code
        if self._nonces and not await self._nonces.use(f"code {code}", time() + CODE_SECONDS):
            raise TokenError("invalid_grant", "The authorization code was used before.")
        stored = await self._code_store.get(key=code)
        try:
            if stored:
                person = await self._person(stored.idp_tokens)
                await self.admission.admit(person, stored.idp_tokens)
        except NotAdmitted as error:
            SIGN_INS.add(1, {SIGN_IN: "client", OUTCOME: "refused"})
            raise TokenError("invalid_grant", str(error)) from None
        tokens = await super().exchange_authorization_code(client, authorization_code)
        await self.keep_client(str(client.client_id), REGISTERED_SECONDS)
        SIGN_INS.add(1, {SIGN_IN: "client", OUTCOME: "ok"})
        return tokens

    @override
    async def exchange_refresh_token(self, client: Any, refresh_token: Any, scopes: list[str]) -> Any:
        """Renew a client's tokens, unless the user is not let in any more."""
        id = await self._sign_in_of(refresh_token.token, "refresh")
        found = await self._upstream_token_store.get(key=id) if id else None
        if found and not await self._still_admits(found):
            await self.end(found.upstream_token_id)
            raise TokenError("invalid_grant", "You may not use this server any more")
        return await super().exchange_refresh_token(client, refresh_token, scopes)

    @override
    async def revoke_token(self, token: Any) -> None:
        """Revoke a client's token, and with it the whole sign-in: here, and at Globus."""
        id = await self._sign_in_of(token.token, "refresh" if isinstance(token, RefreshToken) else "access")
        found = await self._upstream_token_store.get(key=id) if id else None
        if found is None:
            return
        await self.end(found.upstream_token_id)
        try:
            await self._revoke_at_globus(found)
        except globus_sdk.GlobusError as error:
            logger.warning("a sign-in can't be revoked at Globus (%s)", type(error).__name__)

    async def _revoke_at_globus(self, sign_in: UpstreamTokenSet) -> None:
        secret = self._upstream_client_secret
        tokens = filter(None, (sign_in.refresh_token, sign_in.access_token))
        await revoke(self._upstream_client_id, secret.get_secret_value() if secret else "", *tokens)

    async def _sign_in_of(self, token: str, use: str) -> str | None:
        """The id of the sign-in behind a client's token."""
        payload = self._payload_of(token, use)
        return await self._sign_in_behind(payload) if payload else None

    async def _sign_in_behind(self, payload: Mapping[str, Any]) -> str | None:
        mapping = await self._jti_mapping_store.get(key=str(payload["jti"]))
        return mapping.upstream_token_id if mapping else None

    def _payload_of(self, token: str, use: str) -> dict[str, Any] | None:
        """What a client's token says; ``None`` if it is not one of this server's for that use."""
        try:
            return self.jwt_issuer.verify_token(token, expected_token_use=use)
        except (JoseError, ValueError, KeyError):
            return None

    # What Globus says

    @override
    def _create_upstream_oauth_client(self) -> GlobusTokenClient:
        secret = self._upstream_client_secret
        return GlobusTokenClient(
            self._upstream_client_id, secret.get_secret_value() if secret else None, timeout=20.0
        )

    @override
    def _translate_scopes_from_idp(self, scopes: list[str]) -> list[str]:
        return [SCOPE]

    @override
    def _prepare_scopes_for_upstream_refresh(self, scopes: list[str]) -> list[str]:
        return []  # Globus renews what it gave

    @override
    async def _extract_upstream_claims(self, idp_tokens: dict[str, Any]) -> dict[str, Any]:
        """Who has signed in, for the clients' tokens."""
        return (await self._person(idp_tokens)).claims()

    async def _person(self, idp_tokens: dict[str, Any]) -> Person:
        return Person.of(await self.id_tokens.claims(idp_tokens["id_token"]))

    @override
    async def _try_transparent_refresh(self, upstream_token_set: UpstreamTokenSet) -> UpstreamTokenSet:
        """Renew a sign-in at Globus; delete one that is over there, or whose user is not let in any more."""
        try:
            renewed = await super()._try_transparent_refresh(upstream_token_set)
        except OAuthError as error:
            if error.error == "invalid_grant":
                await self.end(upstream_token_set.upstream_token_id)
            raise
        if not await self._still_admits(renewed):
            await self.end(renewed.upstream_token_id)
        return renewed

    async def _still_admits(self, sign_in: UpstreamTokenSet) -> bool:
        return await self.admission.still_admits(await self._person(sign_in.raw_token_data))

    # What stands behind a client's token

    @override
    async def load_access_token(self, token: str) -> AccessToken | None:
        """Return whose token it is.

        Returns:
            ``None`` if it is not this server's, its sign-in is over, or its user is not let in any more.
        """
        if known := self._verified.get(token):
            return known
        payload = self._payload_of(token, "access")
        id = await self._sign_in_behind(payload) if payload else None
        sign_in = await self.sign_in(id) if id else None
        if payload is None or sign_in is None:
            return None
        claims = sign_in.upstream_claims or payload.get("upstream_claims") or {}
        # If the list can't be read, nobody is signed out for it: it is read again in a few seconds.
        if not await or_else(self.admission.still_admits(Person.of(claims)), otherwise=True):
            await self.end(sign_in.upstream_token_id)
            return None
        found = AccessToken(
            token=token,
            client_id=str(payload["client_id"]),
            scopes=[SCOPE],
            expires_at=int(payload["exp"]),
            resource=str(self._resource_url),
            subject=claims["sub"],
            claims={**claims, "sign_in": sign_in.upstream_token_id},
        )
        return self._verified.put(found)

    async def sign_in(self, id: str) -> UpstreamTokenSet | None:
        """Return a Globus sign-in, renewed if it is time to; ``None`` if it is over."""
        found = await self._upstream_token_store.get(key=id)
        if found is None or found.created_at + SESSION_SECONDS < time():
            return None
        if found.expires_at > time():
            return found
        if found.refresh_token is None:
            return None
        async with self._get_refresh_lock(id):
            found = await self._upstream_token_store.get(key=id)
            if found is None or found.expires_at > time():  # another call has renewed it, or has ended it
                return found
            try:
                found = await self._try_transparent_refresh(found)
            except Exception as error:  # whatever is wrong with Globus, the token that it gave is still good
                logger.warning("a sign-in can't be renewed (%s)", type(error).__name__)
            return (
                found
                if await self._upstream_token_store.get(key=id) and valid_until(found) > time()
                else None
            )

    async def keep(self, tokens: dict[str, Any], seconds: int) -> str:
        """Keep a sign-in that no client has begun, and return its id.

        Args:
            tokens: Globus' answer.
            seconds: for how long; it is not renewed.
        """
        id, now = secrets.token_urlsafe(32), time()
        kept = UpstreamTokenSet(
            upstream_token_id=id,
            access_token=tokens["access_token"],
            refresh_token=None,
            refresh_token_expires_at=None,
            expires_at=now + seconds,
            token_type="Bearer",  # noqa: S106 - a kind, no token
            scope=SCOPE,
            client_id="",
            created_at=now,
            raw_token_data=tokens,
        )
        await self._upstream_token_store.put(key=id, value=kept, ttl=seconds)
        return id

    async def end(self, id: str) -> None:
        """End a sign-in: its clients have to sign in again."""
        await self._upstream_token_store.delete(key=id)
        self._verified.forget(id)


def valid_until(sign_in: UpstreamTokenSet) -> float:
    """When the facility's token of a sign-in expires, by Globus' own word; it is renewed long before."""
    if sign_in.refresh_token is None:
        return sign_in.expires_at
    given = sign_in.raw_token_data
    return sign_in.expires_at - int(given["expires_in"]) + int(given["lasts"])


class _NothingToVerify(TokenVerifier):
    """Globus' tokens are not verified one by one: each comes from Globus itself, and is renewed often."""

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return nobody: no token but this server's own is accepted."""
        return None
