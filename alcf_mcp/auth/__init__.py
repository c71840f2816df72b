"""Where a bearer token comes from: one that the person set, or a Globus sign-in that renews itself.

    from alcf_mcp.auth import Auth

    auth = Auth.of(settings)
    IRIClient(settings.api_url, token=auth.tokens)

globus_sdk is loaded when a token of a sign-in is first needed, and not before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from pydantic import SecretStr

from alcf_mcp.auth.causes import Cause, cause_of
from alcf_mcp.auth.clients import CLIENTS
from alcf_mcp.auth.errors import AuthError, HostNotTrusted, NotSignedIn
from alcf_mcp.auth.pending import PendingSignIn
from alcf_mcp.auth.sources import GivenToken, GlobusTokens
from alcf_mcp.auth.status import AuthStatus, status_of
from alcf_mcp.auth.store import SignedIn, TokenStore
from alcf_mcp.config import ALCF_API_URL, Settings


@dataclass
class Auth:
    """The sign-in of one process.

    Args:
        given: the token that the person set, which wins.
        refusal: why a Globus token may not be used with the facility that is configured.
    """

    given: SecretStr | None = None
    refusal: HostNotTrusted | None = None
    stores: list[TokenStore] = field(default_factory=lambda: [TokenStore(client) for client in CLIENTS])
    pending: PendingSignIn = field(default_factory=PendingSignIn)

    @classmethod
    def of(cls, settings: Settings) -> Auth:
        """The sign-in as the settings want it."""
        return cls(settings.access_token, _refusal(settings))

    @cached_property
    def tokens(self) -> GivenToken | GlobusTokens:
        """Where the facility's client gets its tokens."""
        return GivenToken(self.given) if self.given else GlobusTokens(self.stores, self.refusal)

    def status(self) -> AuthStatus:
        """Who is signed in, and how; reads files, and asks nobody."""
        return status_of(self.tokens, self.stores)


def _refusal(settings: Settings) -> HostNotTrusted | None:
    """A Globus token is the person's key to ALCF: no setting but an explicit one sends it elsewhere."""
    host = (urlsplit(settings.api_url).hostname or "").lower()
    trusted = {urlsplit(ALCF_API_URL).hostname, *(name.lower() for name in settings.trusted_hosts)}
    if host in trusted:
        return None
    return HostNotTrusted(
        f"The Globus sign-in is for {urlsplit(ALCF_API_URL).hostname}, and is not sent to {host}",
        hint=f"The person can allow that host with ALCF_MCP_TRUSTED_HOSTS={host}, or give it a token of its "
        "own in ALCF_MCP_ACCESS_TOKEN, and restart this server.",
    )


__all__ = [
    "Auth",
    "AuthError",
    "AuthStatus",
    "Cause",
    "HostNotTrusted",
    "NotSignedIn",
    "SignedIn",
    "TokenStore",
    "cause_of",
]
