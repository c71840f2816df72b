"""Sign-ins that were started from an assistant and wait for their code."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import SecretStr

from alcf_mcp.auth.clients import ALCF, GlobusClient
from alcf_mcp.auth.errors import AuthError, CodeRefused, GlobusUnavailable
from alcf_mcp.auth.store import SignedIn, TokenStore

if TYPE_CHECKING:
    from alcf_mcp.auth.globus import Attempt

LIFETIME = 600.0
"""Seconds to wait for a code."""


@dataclass
class PendingSignIn:
    """The one sign-in that is in progress in this process, if any.

    A client may ask for the address again, and must get the same one: Globus accepts a code only together
    with the secret of the attempt that it was issued for.

    Args:
        client: the application to sign in with.
    """

    client: GlobusClient = ALCF
    _attempt: Attempt | None = None
    _began: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self) -> str:
        """Return the address at which the user signs in; starts an attempt if none is in progress."""
        with self._lock:
            attempt = self._current()
            return attempt.url if attempt else self._new().url

    def finish(self, code: SecretStr) -> SignedIn:
        """Complete the attempt with its code.

        Raises:
            CodeRefused: the attempt is gone, or the code does not belong to it.
            AuthError: see the hierarchy.
        """
        with self._lock:
            attempt = self._current()
            if attempt is None:
                raise CodeRefused(
                    f"No sign-in is waiting for a code: it was started more than {LIFETIME / 60:.0f} minutes "
                    "ago, is already complete, or was started before this server restarted"
                )
            try:
                signed_in = attempt.finish(code, TokenStore(self.client))
            except GlobusUnavailable:
                raise  # the code may still be good
            except AuthError:
                self._attempt = None
                raise
            self._attempt = None
            return signed_in

    def _new(self) -> Attempt:
        from alcf_mcp.auth.globus import Attempt  # noqa: PLC0415 - loads globus_sdk

        store = TokenStore(self.client)
        store.check_writable()
        store.read()  # report a damaged store before the user goes to the trouble
        self._attempt, self._began = Attempt(self.client), time.monotonic()
        return self._attempt

    def _current(self) -> Attempt | None:
        if time.monotonic() - self._began > LIFETIME:
            self._attempt = None
        return self._attempt
