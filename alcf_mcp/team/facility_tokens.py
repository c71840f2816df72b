"""Where a person's calls get their Globus token: from the sign-in behind the client's own token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import monotonic

from fastmcp.server.auth.oauth_proxy.models import UpstreamTokenSet
from pydantic import SecretStr
from typing_extensions import override

from alcf_mcp.auth import Auth, AuthStatus, HostNotTrusted, NotSignedIn, SignedIn
from alcf_mcp.team.person import Person
from alcf_mcp.team.sign_in import valid_until

SignInById = Callable[[str], Awaitable[UpstreamTokenSet | None]]

KNOWN_SECONDS = 30.0
"""How long a token is used before its sign-in is looked up again."""

RECORD_SECONDS = 60.0
"""How often it is recorded at most that a person uses another sign-in: two clients may take turns."""

MOST_SIGN_INS = 8
"""How many of a person's sign-ins are kept in mind."""

OVER = NotSignedIn(
    "Your sign-in is over", hint="Let the client sign in again: disconnect this server, and connect it again."
)


class FacilityTokens:
    """The Globus tokens of one person, for the facility only.

    Somebody may have several sign-ins: one for each of their clients, and for a while one for their browser.
    The one that was used last goes first; if it is over, the next one does.

    Args:
        sign_in: looks up a sign-in, renewed if need be.
    """

    def __init__(self, sign_in: SignInById) -> None:
        self.refusal: HostNotTrusted | None = None
        self._sign_in = sign_in
        # By the sign-ins' ids, in the order in which they are used.
        self._known: dict[str, tuple[float, UpstreamTokenSet] | None] = {}
        self._recorded = "", 0.0

    def use(self, id: str, *, lasts: bool = True) -> bool:
        """Take the sign-in of a request that has just come in; returns whether to record that it is used.

        Args:
            id: the sign-in.
            lasts: whether it outlives a visit of the pages. One that does not goes last.
        """
        is_new = id not in self._known
        if is_new and len(self._known) >= MOST_SIGN_INS:
            self._known.popitem()
        known = self._known.setdefault(id, None)
        if not lasts:
            return is_new
        self._first(id, known)
        recorded, at = self._recorded
        if id == recorded or (recorded in self._known and monotonic() - at < RECORD_SECONDS):
            return False
        self._recorded = id, monotonic()
        return True

    async def token(self) -> SecretStr:
        """Return a valid token.

        Raises:
            NotSignedIn: the sign-in is over.
            HostNotTrusted: the token may not go to the configured facility.
        """
        if self.refusal:
            raise self.refusal
        found = await self.known()
        if found is None:
            raise OVER.with_traceback(None)
        return SecretStr(found.access_token)

    async def known(self) -> UpstreamTokenSet | None:
        """Return the sign-in, looked up within the last half a minute; ``None`` if it is over."""
        for id, known in tuple(self._known.items()):
            if known and known[0] > monotonic() - KNOWN_SECONDS:
                return known[1]
            if found := await self._sign_in(id):
                self._known[id] = monotonic(), found
                return found
            self._known.pop(id, None)
        return None

    async def renewed(self, rejected: SecretStr) -> SecretStr | None:
        """Return another token, if there is one: of a sign-in renewed meanwhile, or of another sign-in."""
        self._known = dict.fromkeys(self._known)
        for id in tuple(self._known):
            found = await self._sign_in(id)
            if found and found.access_token != rejected.get_secret_value():
                self._first(id, (monotonic(), found))
                return SecretStr(found.access_token)
        return None

    def _first(self, id: str, known: tuple[float, UpstreamTokenSet] | None) -> None:
        if next(iter(self._known), None) != id:
            self._known = {id: known} | self._known
        self._known[id] = known


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

    @override
    async def status(self) -> AuthStatus:
        """Return who is signed in, and until when."""
        found = await self._tokens.known()
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
