"""Everything that waits for the facility."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

AT_FULL_PACE = 16
LARGEST_STRETCH = 5.0


class Crowd:
    """Everything that waits for the facility: the more waiters there are, the less often each one polls.

    Attributes:
        here: how many wait in this process.
        elsewhere: how many wait in the user's other processes, as far as that is known.
    """

    def __init__(self) -> None:
        self.here = 0
        self.elsewhere = 0

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Count as one of the waiters."""
        self.here += 1
        try:
            yield
        finally:
            self.here -= 1

    @property
    def stretch(self) -> float:
        """Factor by which the pauses between polls grow."""
        return min(max((self.here + self.elsewhere) / AT_FULL_PACE, 1.0), LARGEST_STRETCH)
