"""The wait for tasks of varying duration, simulated without a clock or a facility."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from statistics import mean, median, quantiles

from alcf_mcp.iri.pace import Pace
from benchmarks.figure import Figure
from benchmarks.plan import Benchmark, Plan
from benchmarks.script import every_second
from benchmarks.tasks import AGAINST

SHORTEST, LONGEST = 5.0, 15.0
"""Seconds."""

TASKS = 2000
OPERATION = "ls"


@dataclass(frozen=True)
class Seen:
    """A task's end: when it came, when a poll saw it, when the poll before was, and the number of polls."""

    ended: float
    seen: float
    before: float
    looks: int

    @property
    def lag(self) -> float:
        """Seconds from the end to the poll that shows it."""
        return self.seen - self.ended


async def measure(plan: Plan) -> list[Figure]:
    """Wait as our server does, which learns from each task, and as the plain poller does."""
    durations = [random.uniform(SHORTEST, LONGEST) for _ in range(plan.pick(TASKS, TASKS // 10))]
    ours, poller = list(_learning(durations)), [_wait(every_second(), duration) for duration in durations]
    lower, middle, upper = quantiles((one.lag for one in ours), n=4)
    latest = quantiles((one.lag for one in ours), n=10)[-1]
    name = f"tasks of {SHORTEST:g} to {LONGEST:g} s, simulated"
    return [
        Figure.beside(
            f"{name}: answered after the end",
            "s",
            middle,
            median(one.lag for one in poller),
            AGAINST,
            note=f"half of ours within {lower:.2f}–{upper:.2f} s, one in ten later than {latest:.1f} s",
        ),
        Figure.beside(
            f"{name}: requests",
            "requests",
            mean(one.looks + 1 for one in ours),
            mean(one.looks + 1 for one in poller),
            AGAINST,
        ),
    ]


def _learning(durations: Iterable[float]) -> Iterator[Seen]:
    pace = Pace()
    for duration in durations:
        one = _wait(pace.pauses(OPERATION), duration)
        pace.learn(OPERATION, not_before=one.before, ended_by=one.seen)
        yield one


def _wait(pauses: Iterable[float], duration: float) -> Seen:
    before = 0.0
    for looks, now in enumerate(accumulate(pauses), 1):
        if now >= duration:
            return Seen(duration, now, before, looks)
        before = now
    raise AssertionError("the pauses never end")


VARYING = Benchmark("varying", "the wait for tasks that vary", measure)
