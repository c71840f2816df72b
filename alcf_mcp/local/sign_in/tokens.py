"""What was issued to whom, and whether it is still good."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from alcf_mcp.auth.clients import ACCESS_TOKEN_SECONDS, SESSION_SECONDS
from alcf_mcp.auth.introspection import ALCF_DOMAIN
from alcf_mcp.local.sign_in.identities import LocalIdentity

_IDENTITY_SCOPES = ("openid", "profile", "email")
_SCOPE_URLS, _SCOPE_NAMES = "https://auth.globus.org/scopes/", "urn:globus:auth:scope:"
AUTH_SERVER = "auth.globus.org"


@dataclass
class SignInSession:
    """One sign-in of somebody: ALCF accepts it for seven days, whatever its tokens do."""

    identity: LocalIdentity
    authenticated_at: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(eq=False)
class IssuedToken:
    """What a token stands for. Its text is not in it."""

    client_id: str
    session: SignInSession
    resource_server: str
    scope: str
    issued_at: float
    expires_at: float
    renewed_by: IssuedToken | None = None
    revoked: bool = False

    @property
    def active(self) -> bool:
        """Whether neither it nor the refresh token behind it was revoked."""
        return not self.revoked and (self.renewed_by is None or self.renewed_by.active)


class UnknownScope(ValueError):
    """A scope belongs to no service."""


class Tokens:
    """The tokens.

    Attributes:
        access: the access tokens, by their text.
        refresh: the refresh tokens, by their text.
        lifetime: seconds for which access tokens are issued.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.access: dict[str, IssuedToken] = {}
        self.refresh: dict[str, IssuedToken] = {}
        self.lifetime: float = ACCESS_TOKEN_SECONDS
        self._clock = clock

    def issue(
        self, client_id: str, session: SignInSession, scopes: str, *, refreshable: bool
    ) -> list[dict[str, Any]]:
        """Issue one token for each resource server, in the order in which their scopes were asked for."""
        return [
            self._issue(client_id, session, server, scope, refreshable=refreshable)
            for server, scope in by_resource_server(scopes).items()
        ]

    def renew(self, refresh_token: str, client_id: str) -> dict[str, Any] | None:
        """Issue a new access token for a refresh token of this client, which stays what it is."""
        known = self.refresh.get(refresh_token)
        if known is None or not known.active or known.client_id != client_id:
            return None
        answer = self._access(known, renewed_by=known)
        return answer | {"refresh_token": refresh_token}

    def valid(self, access_token: str) -> IssuedToken | None:
        """Return what an access token stands for, if it is good now."""
        known = self.access.get(access_token)
        return known if known and known.active and known.expires_at > self._clock() else None

    def revoke(self, token: str, client_id: str) -> None:
        """Revoke a token of this client; with a refresh token, the access tokens that came of it."""
        known = self.access.get(token) or self.refresh.get(token)
        if known and known.client_id == client_id:
            known.revoked = True

    def satisfies_policy(self, session: SignInSession) -> bool:
        """Whether a sign-in is one at ALCF, of the last seven days."""
        recent = session.authenticated_at + SESSION_SECONDS > self._clock()
        return recent and session.identity.provider == ALCF_DOMAIN

    # What a test or the person who runs this can do

    def expire(self, login: str | None = None) -> None:
        """Let access tokens expire: everybody's, or one person's."""
        for token in _of(self.access, login):
            token.expires_at = 0

    def revoke_all(self, login: str | None = None) -> None:
        """Revoke all tokens: everybody's, or one person's."""
        for token in (*_of(self.access, login), *_of(self.refresh, login)):
            token.revoked = True

    def end_sessions(self, login: str | None = None) -> None:
        """Let the seven days of all sign-ins pass: everybody's, or one person's."""
        for token in (*_of(self.access, login), *_of(self.refresh, login)):
            token.session.authenticated_at = self._clock() - SESSION_SECONDS

    def _issue(
        self, client_id: str, session: SignInSession, server: str, scope: str, *, refreshable: bool
    ) -> dict[str, Any]:
        now = self._clock()
        grant = IssuedToken(client_id, session, server, scope, now, float("inf"))
        if not refreshable:
            return self._access(grant, renewed_by=None)
        text = f"Rt{secrets.token_urlsafe(40)}"
        self.refresh[text] = grant
        return self._access(grant, renewed_by=grant) | {"refresh_token": text}

    def _access(self, grant: IssuedToken, *, renewed_by: IssuedToken | None) -> dict[str, Any]:
        now = self._clock()
        text = f"Ag{secrets.token_urlsafe(40)}"
        self.access[text] = IssuedToken(
            grant.client_id,
            grant.session,
            grant.resource_server,
            grant.scope,
            now,
            now + self.lifetime,
            renewed_by,
        )
        return {
            "access_token": text,
            "scope": grant.scope,
            "expires_in": int(self.lifetime),
            "token_type": "Bearer",
            "resource_server": grant.resource_server,
        }


def by_resource_server(scopes: str) -> dict[str, str]:
    """Sort scopes by the services that they belong to.

    Raises:
        UnknownScope: one belongs to none, or there are none.
    """
    found: dict[str, list[str]] = {}
    for scope in scopes.split():
        found.setdefault(_resource_server(scope), []).append(scope)
    if not found:
        raise UnknownScope("No scope was asked for")
    return {server: " ".join(dict.fromkeys(asked)) for server, asked in found.items()}


def _resource_server(scope: str) -> str:
    if scope in _IDENTITY_SCOPES:
        return AUTH_SERVER
    for start, end in ((_SCOPE_URLS, "/"), (_SCOPE_NAMES, ":")):
        server, _, name = scope.removeprefix(start).partition(end)
        if scope.startswith(start) and server and name:
            return server
    raise UnknownScope(f"No service has the scope {scope!r}")


def _of(tokens: dict[str, IssuedToken], login: str | None) -> Iterator[IssuedToken]:
    return (token for token in tokens.values() if login in (None, token.session.identity.login))
