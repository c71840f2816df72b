"""Who puts something at which path: calls of one process do not overwrite each other unseen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from alcf_mcp.facility.rules import canonical
from alcf_mcp.iri.errors import InvalidCall


class Claims:
    """The paths at which this process puts something, or has; all calls share them."""

    def __init__(self) -> None:
        self._under_way: set[str] = set()
        self._ended: dict[str, float] = {}

    @contextmanager
    def claimed(self, path: str, seen_at: float) -> Iterator[None]:
        """Around what puts something at a path.

        Args:
            path: a checked path.
            seen_at: when it was seen what is there, by ``time.monotonic``.

        Raises:
            InvalidCall: another call puts something there, or has since.
        """
        place = canonical(path)
        if place in self._under_way or self._ended.get(place, 0.0) > seen_at:
            raise InvalidCall(
                f"Another call has just put something at {path!r}",
                hint="Look whether it is wanted still, and call again: then it is asked about.",
            )
        self._under_way.add(place)
        try:
            yield
        finally:
            self._under_way.remove(place)
            self._ended[place] = monotonic()
