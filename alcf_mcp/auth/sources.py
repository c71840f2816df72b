"""Where the bearer token comes from, and how it is kept valid in the background."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

import anyio
import anyio.to_thread
from pydantic import SecretStr

from alcf_mcp.auth.errors import AuthError, HostNotTrusted, NotSignedIn
from alcf_mcp.auth.store import SignedIn, TokenStore

log = logging.getLogger(__name__)

EARLY = 300.0
"""Seconds before its expiry that a token is renewed."""

_PAUSE = 10.0
"""Seconds for which Globus is left alone after a failure."""

NOBODY = "Nobody is signed in, so only public information is available"


class GivenToken:
    """A token that the user set; it can't be renewed."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    async def token(self) -> SecretStr:
        """Return the token."""
        return self._token

    async def renewed(self, rejected: SecretStr) -> SecretStr | None:
        """Return ``None``: there is no other token."""
        return None


class GlobusTokens:
    """Tokens of the user's Globus sign-in, whichever program made it.

    The stores are checked again for every token, so that a sign-in elsewhere takes effect at once.

    Args:
        stores: where a sign-in may be stored, in the order in which they are tried.
        refusal: why these tokens may not go to the configured facility.
    """

    def __init__(self, stores: Sequence[TokenStore], refusal: HostNotTrusted | None = None) -> None:
        self._stores = stores
        self.refusal = refusal
        self._lock = anyio.Lock()
        self._unkept: dict[TokenStore, SignedIn] = {}
        self._last_renewed: SecretStr | None = None
        self._failed: dict[TokenStore, tuple[float, AuthError]] = {}

    async def token(self) -> SecretStr:
        """Return a valid token, renewed if it expires soon; concurrent callers share one renewal.

        Raises:
            AuthError: no valid token is available.
        """
        if self.refusal:
            raise self.refusal
        if fresh := await anyio.to_thread.run_sync(self._fresh):
            return fresh.access_token
        async with self._lock:
            return (await anyio.to_thread.run_sync(self._fresh_or_renewed)).access_token

    async def renewed(self, rejected: SecretStr) -> SecretStr | None:
        """Return a token other than the one that the facility rejected; ``None`` if none is available."""
        async with self._lock:
            try:
                other = await anyio.to_thread.run_sync(self._other_than, rejected)
            except AuthError as error:
                log.info("The rejected token was not renewed: %s", error)
                return None
        return other.access_token if other else None

    def current(self) -> tuple[TokenStore, SignedIn] | None:
        """Return the sign-in in use, valid or not, and its store."""
        for store in self._stores:
            if signed_in := self._read(store):
                return store, signed_in
        return None

    def _read(self, store: TokenStore) -> SignedIn | None:
        stored, unkept = store.read(), self._unkept.get(store)
        if not (stored and unkept and unkept.identity_id == stored.identity_id):
            return stored
        return unkept if unkept.expires_at > stored.expires_at else stored

    def _fresh(self) -> SignedIn | None:
        current = self.current()
        return current[1] if current and current[1].lasts(EARLY) else None

    def _fresh_or_renewed(self) -> SignedIn:
        """Return a token with time left, from the first store that gives one. Runs under the lock."""
        first: AuthError | None = None
        for store in self._stores:
            signed_in = self._read(store)
            if signed_in is None:
                continue
            if signed_in.lasts(EARLY):
                return signed_in
            try:
                return self._renewed(store)
            except AuthError as error:
                if signed_in.lasts(0):
                    log.warning("%s; the current token is still valid", error)
                    return signed_in
                if not isinstance(error, NotSignedIn):
                    raise
                first = first or error
        raise first or NotSignedIn(NOBODY)

    def _other_than(self, rejected: SecretStr) -> SignedIn | None:
        found = [(store, signed_in) for store in self._stores if (signed_in := self._read(store))]
        its_store = next((store for store, one in found if one.access_token == rejected), None)
        if its_store is None:  # another call has renewed it, or the user has signed in again
            return next((one for _, one in found if one.lasts(0)), None)
        if rejected == self._last_renewed:  # a new token did not help: the sign-in itself is the problem
            return None
        return self._renewed(its_store, rejected)

    def _renewed(self, store: TokenStore, rejected: SecretStr | None = None) -> SignedIn:
        until, failure = self._failed.get(store, (0.0, None))
        if failure and time.monotonic() < until:
            raise failure.with_traceback(None)
        from alcf_mcp.auth.globus import renew  # noqa: PLC0415 - loads globus_sdk

        with store.locked():
            # Another process may have renewed it while this one waited for the lock.
            waited = store.read()
            if waited and waited.lasts(EARLY) and waited.access_token != rejected:
                return waited
            try:
                signed_in = renew(store)
            except AuthError as error:
                self._failed[store] = (time.monotonic() + _PAUSE, error)
                raise
        self._failed.pop(store, None)
        self._unkept[store] = signed_in
        self._last_renewed = signed_in.access_token
        return signed_in
