"""Where a person's calls get their Globus token: from the sign-in behind the client's own token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import monotonic

import anyio.from_thread
from fastmcp.server.auth.oauth_proxy.models import UpstreamTokenSet
from pydantic import SecretStr

from alcf_mcp.auth import Auth, AuthStatus, HostNotTrusted, NotSignedIn, SignedIn
from alcf_mcp.team.person import Person
from alcf_mcp.team.sign_in import valid_until

SignInById = Callable[[str], Awaitable[UpstreamTokenSet | None]]

KNOWN_SECONDS = 30.0
"""How long a token is used before its sign-in is looked up again."""

RECORDED_SECONDS = 60.0
"""How often it is recorded at most which of a person's sign-ins was used last, while they use several."""

OVER = NotSignedIn(
    "Your sign-in is over", hint="Let the client sign in again: disconnect this server, and connect it again."
)


class FacilityTokens:
    """The Globus tokens of one person, for the facility only: one for each sign-in that they use.

    Args:
        sign_in: looks up a sign-in, renewed if need be.

    Attributes:
        refusal: why no token may go to the facility.
        id: the sign-in of the latest request.
    """

    def __init__(self, sign_in: SignInById) -> None:
        self.refusal: HostNotTrusted | None = None
        self._sign_in = sign_in
        self._known: dict[str, tuple[float, UpstreamTokenSet]] = {}
        self._recorded: dict[str, float] = {}
        self.id = ""

    def use(self, id: str) -> bool:
        """Take the sign-in of a request that has just come in.

        Returns:
            Whether to record it as the latest: it is new, or others were recorded since, but not just now.
        """
        self.id = id
        now, latest = monotonic(), next(reversed(self._recorded), "")
        if id == latest or (id in self._recorded and now - self._recorded[latest] < RECORDED_SECONDS):
            return False
        self._recorded.pop(id, None)
        self._recorded[id] = now  # as the last one
        return True

    async def token(self) -> SecretStr:
        """Return a valid token.

        Raises:
            NotSignedIn: the sign-in is over.
            HostNotTrusted: the token may not go to the configured facility.
        """
        if self.refusal:
            raise self.refusal
        now, id = monotonic(), self.id
        self._known = {one: known for one, known in self._known.items() if known[0] > now - KNOWN_SECONDS}
        if id not in self._known:
            found = await self._sign_in(id)
            if found is None:
                self._recorded.pop(id, None)
                raise OVER.with_traceback(None)
            self._known[id] = now, found
        return SecretStr(self._known[id][1].access_token)

    async def renewed(self, rejected: SecretStr) -> SecretStr | None:
        """Return another token if the sign-in has been renewed, on this replica or another."""
        self._known.pop(self.id, None)
        found = await self.looked_up()
        if found is None or found.access_token == rejected.get_secret_value():
            return None
        return SecretStr(found.access_token)

    async def looked_up(self) -> UpstreamTokenSet | None:
        """Return the sign-in, renewed if need be; ``None`` if it is over."""
        return await self._sign_in(self.id)


class SignInByClient(Auth):
    """The sign-in of somebody whose client has signed them in to this server."""

    elsewhere = (
        "You are signed in to this server by your client. To sign in again, disconnect the server in the "
        "client, and connect it again."
    )

    def __init__(self, person: Person, tokens: FacilityTokens, refusal: HostNotTrusted | None) -> None:
        super().__init__(refusal=refusal, stores=[])
        self._person = person
        self._tokens = tokens
        tokens.refusal = refusal

    @property
    def tokens(self) -> FacilityTokens:  # type: ignore[override]
        """Where the facility's client gets its tokens."""
        return self._tokens

    def status(self) -> AuthStatus:
        """Return who is signed in, and until when. Runs in a thread."""
        found = anyio.from_thread.run(self._tokens.looked_up)
        if found is None:
            return AuthStatus("nowhere", problem=OVER)
        signed_in = SignedIn(
            SecretStr(found.access_token),
            expires_at=valid_until(found),
            identity_id=self._person.subject,
            username=self._person.username or None,
            signed_in_at=found.created_at,
        )
        return AuthStatus("Globus sign-in", signed_in=signed_in, problem=self.refusal)
