"""Sign-ins that were started from within an assistant, and wait for their code."""

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
"""Seconds that a code is waited for."""


@dataclass
class PendingSignIn:
    """The one sign-in that is under way in this process, if any.

    A client may ask for the address again, and is to see the same: Globus takes a code only together with
    the secret of the attempt that it was made for.

    Args:
        client: the application to sign in with.
    """

    client: GlobusClient = ALCF
    _attempt: Attempt | None = None
    _began: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self) -> str:
        """The address at which the person signs in; starts an attempt if none is under way."""
        with self._lock:
            attempt = self._current()
            return attempt.url if attempt else self._new().url

    def finish(self, code: SecretStr) -> SignedIn:
        """Complete the attempt with its code.

        Raises:
            CodeRefused: there is no such attempt any more, or the code is not one of it.
            AuthError: see the hierarchy.
        """
        with self._lock:
            attempt = self._current()
            if attempt is None:
                raise CodeRefused(
                    f"No sign-in waits for a code: it was started more than {LIFETIME / 60:.0f} minutes ago, "
                    "completed already, or before this server was restarted"
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
        store.read()  # a damaged store is told before the person goes to the trouble
        self._attempt, self._began = Attempt(self.client), time.monotonic()
        return self._attempt

    def _current(self) -> Attempt | None:
        if time.monotonic() - self._began > LIFETIME:
            self._attempt = None
        return self._attempt
