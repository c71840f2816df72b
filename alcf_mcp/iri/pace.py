"""When to poll a task: soon enough to answer promptly, and no more often than is useful."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator

from alcf_mcp.iri.varying import vary, varying_pauses

FIRST_LOOK = 0.2
LONGEST_PAUSE = 2.0
"""Seconds."""

GROWTH, FIRST_GROWTH = 1.5, 1.25
"""Factors by which pauses grow; the second applies while nothing is known about how long a task takes."""

JITTER = 0.15

REMEMBERED = 20
"""How many tasks of each operation are remembered."""

RECENT = 5
"""How many of them tell what to expect."""

LONG = 1.0
"""Seconds. A task expected to take more than twice as long is also polled after this time and half-way: it
may be quicker this time."""

SOONEST = 0.03
FIRST_SHARE, LARGEST_SHARE = 0.04, 0.12
"""Pauses between polls once a task is overdue, as a share of the time that it has taken so far."""

SHARE_OF_A_GUESS = 0.5
"""The largest share if only tasks of other kinds are known: one of this kind may take many times as long."""

SOONER = 0.8
"""Factor that shortens an expectation that proved right: the task may have ended long before it was polled,
so the next first poll comes sooner."""

EARLY = 0.25
"""Where between two polls a first task is assumed to have ended, as a share of the time between them. Polling
early costs a request, polling late costs the user's time."""


class Pace:
    """How long the operations of a facility usually take, learned from the tasks that were waited for.

    Attributes:
        has_news: whether anything was learned since ``told`` was last called.
    """

    def __init__(self) -> None:
        self._seen: dict[str, deque[float]] = {}
        self.has_news = False

    def told(self) -> dict[str, list[float]]:
        """Return everything that was learned: seconds, by operation."""
        self.has_news = False
        return {operation: list(seen) for operation, seen in self._seen.items()}

    def recall(self, told: dict[str, list[float]]) -> None:
        """Load what was learned earlier; what was learned since takes precedence."""
        for operation, seen in told.items():
            self._seen.setdefault(operation, deque(seen, maxlen=REMEMBERED))

    def learn(self, operation: str, *, not_before: float, ended_by: float) -> None:
        """Record how long a task took.

        Args:
            operation: what the task did; empty if that is not known.
            not_before: seconds after which it was last seen running; 0 if it never was.
            ended_by: seconds after which it was first seen to have ended.
        """
        if operation:
            expected = self.expected(operation)
            if vary(self._seen.get(operation, ())):
                took = (not_before + ended_by) / 2
            elif expected is not None:  # correct the expectation no further than the polls require
                took = min(max(expected * SOONER, not_before), ended_by)
            elif not_before:
                took = not_before + EARLY * (ended_by - not_before)
            else:
                took = ended_by * SOONER
            self._seen.setdefault(operation, deque(maxlen=REMEMBERED)).append(took)
            self.has_news = True

    def expected(self, operation: str) -> float | None:
        """Return the seconds that a task usually takes at least: a quarter of the tasks are quicker."""
        recent = list(self._seen.get(operation, ()))[-RECENT:]
        return sorted(recent)[len(recent) // 4] if recent else None

    def _of_others(self) -> float | None:
        """Return how long the quickest other kind takes: most of that passes before a task even begins."""
        return min(filter(None, map(self.expected, self._seen)), default=None)

    def pauses(self, operation: str) -> Iterator[float]:
        """Yield the seconds between polls of a task; one without an operation began some time ago."""
        if vary(seen := self._seen.get(operation, ())):
            yield from varying_pauses(seen)
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
    """Yield the seconds between polls where nothing is known: growing, by half unless given, with jitter."""
    pause = first
    while True:
        jitter = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, guards nothing
        yield min(pause * jitter, longest)
        pause = min(pause * growth, longest)
