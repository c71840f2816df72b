"""All who wait for something at the facility."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

AT_FULL_PACE = 16
LARGEST_STRETCH = 5.0


class Crowd:
    """All who wait for something at the facility: the more they are, the less often each one looks.

    Attributes:
        here: how many wait in this process.
        elsewhere: how many wait in the person's other processes, as far as that is known.
    """

    def __init__(self) -> None:
        self.here = 0
        self.elsewhere = 0

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Be one of them."""
        self.here += 1
        try:
            yield
        finally:
            self.here -= 1

    @property
    def stretch(self) -> float:
        """By how much the pauses between two looks grow."""
        return min(max((self.here + self.elsewhere) / AT_FULL_PACE, 1.0), LARGEST_STRETCH)
