"""A cache for answers that are requested often in a short time: each is fetched once and kept for a while."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic

import anyio

from alcf_mcp.app import App
from alcf_mcp.completion.sources import Values

Fetch = Callable[[], Awaitable[Values]]

MOST_KEPT = 64


class _Entry:
    """One answer, fetched or still being fetched."""

    def __init__(self, seconds: float) -> None:
        self.values: Values = ()
        self.arrived = anyio.Event()
        self.stale_at = monotonic() + seconds


class Remembered:
    """A cache of values by key.

    They are fetched in the background: a caller that stops waiting finds them cached the next time.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._entries: dict[object, _Entry] = {}

    async def get(self, key: object, fetch: Fetch, *, seconds: float) -> Values:
        """Return the values for a key, fetching them unless they are cached or already being fetched.

        Args:
            key: identifies the values.
            fetch: fetches the values; if it fails, there are none until the next fetch.
            seconds: how long the values are kept.
        """
        entry = self._entries.get(key)
        if entry is None or monotonic() > entry.stale_at:
            entry = self._entries[key] = _Entry(seconds)
            while len(self._entries) > MOST_KEPT:
                del self._entries[next(iter(self._entries))]
            self._app.start(partial(_fill, entry, fetch))
        await entry.arrived.wait()
        return entry.values


async def _fill(entry: _Entry, fetch: Fetch) -> None:
    try:
        entry.values = await fetch()
    finally:
        entry.arrived.set()
