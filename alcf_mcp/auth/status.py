"""What is known about the sign-in without asking Globus."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal

from alcf_mcp.auth.errors import AuthError
from alcf_mcp.auth.sources import GivenToken, GlobusTokens
from alcf_mcp.auth.store import SignedIn, TokenStore

Source = Literal["settings", "Globus sign-in", "alcf-tokens", "nowhere"]


@dataclass(frozen=True)
class AuthStatus:
    """The sign-in in use.

    Args:
        source: where the token comes from.
        store: the file that holds the token.
        signed_in: the sign-in; ``None`` for a token that the user set, and if nobody is signed in.
        problem: why there is no usable token.
        remarks: what else the user should know.
    """

    source: Source
    store: str | None = None
    signed_in: SignedIn | None = None
    problem: AuthError | None = None
    remarks: list[str] = field(default_factory=list)

    @property
    def has_token(self) -> bool:
        """Whether there is a token to try; the facility may still reject it."""
        return self.source != "nowhere" and self.problem is None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the access token expires; it is renewed before that."""
        return None if self.signed_in is None else max(0.0, self.signed_in.expires_at - time.time())

    @property
    def session_over(self) -> bool:
        """Whether the seven days since the sign-in are over, as far as is known."""
        again_by = self.signed_in.again_by if self.signed_in else None
        return again_by is not None and again_by < time.time()


def status_of(source: GivenToken | GlobusTokens, stores: list[TokenStore]) -> AuthStatus:
    """Inspect a token source and its stores."""
    remarks = [remark for store in stores if (remark := store.exposure())]
    if isinstance(source, GivenToken):
        return AuthStatus("settings", remarks=remarks)
    try:
        current = source.current()
    except AuthError as error:
        return AuthStatus("nowhere", problem=error, remarks=remarks)
    if current is None:
        return AuthStatus("nowhere", problem=source.refusal, remarks=remarks)
    store, signed_in = current
    name: Source = "alcf-tokens" if store.client.name == "alcf-tokens" else "Globus sign-in"
    return AuthStatus(name, str(store.path), signed_in, source.refusal, remarks)
