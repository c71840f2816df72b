"""The clients that people sign in with: they register themselves, and nobody can fill the store with them."""

from __future__ import annotations

from collections import deque
from time import monotonic

from fastmcp.server.auth.oauth_proxy.proxy import OAuthProxy
from mcp.server.auth.provider import AuthorizationParams, AuthorizeError, RegistrationError
from mcp.shared.auth import OAuthClientInformationFull
from typing_extensions import override

REGISTRATIONS_A_MINUTE = 60
UNUSED_SECONDS, REGISTERED_SECONDS = 3600, 90 * 24 * 3600
"""How long a client's registration is kept if nobody signs in with it, and after somebody has."""

ATTEMPTS_A_MINUTE = 600
"""How many sign-ins may be begun; what is known of each is kept for a quarter of an hour."""


class Clients(OAuthProxy):
    """An OAuth proxy with bounds on what clients may make it remember, on one replica."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self._registrations = PerMinute(REGISTRATIONS_A_MINUTE)
        self._attempts = PerMinute(ATTEMPTS_A_MINUTE)

    @override
    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        """Return a client that has registered, or whose id is its metadata's address."""
        # The proxy would also know a client that calls itself by the server's own id at Globus.
        return None if client_id == self._upstream_client_id else await super().get_client(client_id)

    @override
    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        """Register a client: for an hour, unless somebody signs in with it.

        Raises:
            RegistrationError: too many have registered just now.
        """
        if not self._registrations.admit():
            raise RegistrationError(
                "invalid_client_metadata", "Too many clients have registered in this minute; try again later."
            )
        await super().register_client(client_info)
        await self.keep_client(str(client_info.client_id), UNUSED_SECONDS)

    @override
    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        """Begin a sign-in, and return the address at which the user goes on with it.

        Raises:
            AuthorizeError: too many were begun just now.
        """
        if not self._attempts.admit():
            raise AuthorizeError(
                "temporarily_unavailable", "Too many sign-ins were begun in this minute; try again later."
            )
        return await super().authorize(client, params)

    async def keep_client(self, client_id: str, seconds: int) -> None:
        """Keep a registration for so long from now."""
        if client := await self._client_store.get(key=client_id):
            await self._client_store.put(key=client_id, value=client, ttl=seconds)


class PerMinute:
    """Admits so many of something a minute, at any time.

    Args:
        most: how many.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._admitted: deque[float] = deque()

    def admit(self) -> bool:
        """Whether there is room for one more, which is then taken."""
        now = monotonic()
        while self._admitted and self._admitted[0] <= now - 60:
            self._admitted.popleft()
        if len(self._admitted) >= self._most:
            return False
        self._admitted.append(now)
        return True
