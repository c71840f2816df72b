"""When to look at a task: soon enough to answer at once, and no more often than is of use."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator

FIRST_LOOK = 0.2
LONGEST_PAUSE = 2.0
"""Seconds."""

GROWTH, FIRST_GROWTH = 1.5, 1.25
"""By how much pauses grow; less while it is not known at all how long a task takes."""

JITTER = 0.15

REMEMBERED = 5
"""Tasks of each operation."""

LONG = 1.0
"""Seconds: of what takes much longer it is looked by then, and half-way, whether it was quicker this time."""

SOONEST = 0.03
FIRST_SHARE, LARGEST_SHARE = 0.04, 0.12
"""Of the time that a task has taken so far: so long are the pauses between the looks, once it is overdue."""

SHARE_OF_A_GUESS = 0.5
"""The largest where only tasks of other kinds are known: one of this kind may take many times as long."""

SOONER = 0.8
"""An end that is seen as soon as it is expected may have been long before: the next look comes sooner."""

EARLY = 0.25
"""Of the time between two looks: where in it a first task's end is taken to be. Looking early costs a
request, looking late the person's time."""


class Pace:
    """How long the operations of a facility usually take, learned from the tasks that were waited for.

    Attributes:
        has_news: whether something was learned since it was last told.
    """

    def __init__(self) -> None:
        self._seen: dict[str, deque[float]] = {}
        self.has_news = False

    def told(self) -> dict[str, list[float]]:
        """All that was learned: seconds, by operation."""
        self.has_news = False
        return {operation: list(seen) for operation, seen in self._seen.items()}

    def recall(self, told: dict[str, list[float]]) -> None:
        """Take what was learned earlier; what was learned since counts more."""
        for operation, seen in told.items():
            self._seen.setdefault(operation, deque(seen, maxlen=REMEMBERED))

    def learn(self, operation: str, *, not_before: float, ended_by: float) -> None:
        """Remember how long a task took.

        Args:
            operation: what it did; empty where that is not known.
            not_before: seconds after which it was last seen going on; 0 if it never was.
            ended_by: seconds after which it was first seen ended.
        """
        if operation:
            expected = self.expected(operation)
            if expected is not None:  # what was seen corrects the expectation as far as it has to
                took = min(max(expected * SOONER, not_before), ended_by)
            elif not_before:
                took = not_before + EARLY * (ended_by - not_before)
            else:
                took = ended_by * SOONER
            self._seen.setdefault(operation, deque(maxlen=REMEMBERED)).append(took)
            self.has_news = True

    def expected(self, operation: str) -> float | None:
        """Seconds that a task takes at least, as a rule: a quarter of them are quicker."""
        seen = self._seen.get(operation)
        return sorted(seen)[len(seen) // 4] if seen else None

    def _of_others(self) -> float | None:
        """What the quickest other kind takes: most of it is spent before a task begins, whatever it does."""
        return min(filter(None, map(self.expected, self._seen)), default=None)

    def pauses(self, operation: str) -> Iterator[float]:
        """Seconds between the looks at a task; one whose operation is not named began some time ago."""
        expected, largest = self.expected(operation), LARGEST_SHARE
        if expected is None and operation:
            expected, largest = self._of_others(), SHARE_OF_A_GUESS
        if expected is None:
            yield from pauses(FIRST_LOOK, LONGEST_PAUSE, growth=FIRST_GROWTH)
        waited = max(expected or 0.0, SOONEST) * random.uniform(0.98, 1.02)  # noqa: S311 - spreads load
        if waited > 2 * LONG:
            yield LONG
            yield waited / 2 - LONG
            yield waited / 2
        else:
            yield waited
        share = FIRST_SHARE
        while True:
            pause = min(max(waited * share, SOONEST), LONGEST_PAUSE)
            yield pause
            waited += pause
            share = min(share * GROWTH, largest)


def pauses(first: float, longest: float, *, growth: float = GROWTH) -> Iterator[float]:
    """Seconds between looks at what is not known: growing each time, by half unless said, and jittered."""
    pause = first
    while True:
        jitter = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, guards nothing
        yield min(pause * jitter, longest)
        pause = min(pause * growth, longest)
