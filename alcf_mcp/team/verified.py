"""Clients' tokens that were verified just now, so that a burst of calls looks a sign-in up once."""

from __future__ import annotations

from collections import OrderedDict
from time import monotonic

from fastmcp.server.auth.auth import AccessToken

SECONDS = 5.0
"""How long a token counts as verified; a sign-in that ends on another replica ends here within this time."""

MOST = 10_000


class VerifiedTokens:
    """The tokens that were verified last."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[float, AccessToken]] = OrderedDict()

    def get(self, token: str) -> AccessToken | None:
        """Return whose token it is, if that was verified just now."""
        at, known = self._known.get(token, (0.0, None))
        return known if known and monotonic() - at < SECONDS else None

    def put(self, known: AccessToken) -> AccessToken:
        """Keep what was verified."""
        self._known[known.token] = monotonic(), known
        self._known.move_to_end(known.token)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return known

    def forget(self, sign_in: str) -> None:
        """Forget the tokens of a sign-in that has ended."""
        ended = [token for token, (_, known) in self._known.items() if known.claims["sign_in"] == sign_in]
        for token in ended:
            del self._known[token]
