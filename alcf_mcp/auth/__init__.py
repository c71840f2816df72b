"""Where a bearer token comes from: one that the user set, or a Globus sign-in that renews itself.

    from alcf_mcp.auth import Auth

    auth = Auth.of(settings)
    IRIClient(settings.api_url, token=auth.tokens)

globus_sdk is not loaded until a token of a sign-in is first needed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar
from urllib.parse import urlsplit

import anyio.to_thread
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
        given: the token that the user set; it takes precedence.
        refusal: why a Globus token may not be used with the configured facility.
    """

    given: SecretStr | None = None
    refusal: HostNotTrusted | None = None
    stores: list[TokenStore] = field(default_factory=lambda: [TokenStore(client) for client in CLIENTS])
    pending: PendingSignIn = field(default_factory=PendingSignIn)

    elsewhere: ClassVar[str | None] = None
    """Where the user signs in, if not here; a sentence for them."""

    @classmethod
    def of(cls, settings: Settings) -> Auth:
        """Create the sign-in that the settings ask for."""
        return cls(settings.access_token, refusal_of(settings))

    @cached_property
    def tokens(self) -> GivenToken | GlobusTokens:
        """Where the facility's client gets its tokens."""
        return GivenToken(self.given) if self.given else GlobusTokens(self.stores, self.refusal)

    async def status(self) -> AuthStatus:
        """Return who is signed in, and how."""
        return await anyio.to_thread.run_sync(self.status_in_files)

    def status_in_files(self) -> AuthStatus:
        """Return what the files of this computer tell of it."""
        return status_of(self.tokens, self.stores)


def refusal_of(settings: Settings) -> HostNotTrusted | None:
    """Why a Globus token may not go to the configured facility.

    It is the user's key to ALCF: it goes elsewhere only if a setting explicitly allows it.
    """
    host = (urlsplit(settings.api_url).hostname or "").lower()
    trusted = {urlsplit(ALCF_API_URL).hostname, *(name.lower() for name in settings.trusted_hosts)}
    if host in trusted:
        return None
    return HostNotTrusted(
        f"The Globus sign-in is for {urlsplit(ALCF_API_URL).hostname}, and is not sent to {host}",
        hint=f"The user can allow that host with ALCF_MCP_TRUSTED_HOSTS={host}, or set a token for it in "
        "ALCF_MCP_ACCESS_TOKEN, and then restart this server.",
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
    "refusal_of",
]
