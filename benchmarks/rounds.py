"""Rounds: the sides are measured in turn, again and again, so that conditions are the same for all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import anyio.lowlevel

from benchmarks.figure import Figure, Goal, Spread

Side = Callable[[], Awaitable[float]]
"""Does a piece of work once, and returns the seconds that it took."""

OURS = "ours"


@dataclass(frozen=True)
class Rounds:
    """The seconds of every side, round by round; ``made`` is how often each side did its work in total."""

    seconds: dict[str, list[float]]
    made: int

    def figure(
        self, name: str, *over: str, against: str = "", goal: Goal | None = None, note: str = ""
    ) -> Figure:
        """Our side relative to the sum of other sides.

        Args:
            name: what was measured.
            over: the sides that together are the reference.
            against: what the reference is, if the sides' names do not say.
            goal: the goal.
            note: what a reader should know about it.
        """
        ours = self.seconds[OURS]
        references = [sum(parts) for parts in zip(*(self.seconds[side] for side in over), strict=True)]
        ratio = Spread.of([one / other for one, other in zip(ours, references, strict=True)])
        return Figure(
            name,
            "s",
            median(ours),
            median(references),
            against or " + ".join(over),
            ratio.median,
            (ratio.lower, ratio.upper),
            goal,
            note,
        )


async def rounds(count: int, **sides: Side) -> Rounds:
    """Measure all sides in turn, ``count`` times, after one extra round to warm up.

    Every other round goes backwards, so that no side always follows the same one.
    """
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(count + 1):
        order = list(sides) if number % 2 else list(sides)[::-1]
        for name in order:
            await anyio.lowlevel.checkpoint()  # lets an interruption through, even if a side never waits
            took = await sides[name]()
            if number:
                seconds[name].append(took)
    return Rounds(seconds, count + 1)


async def seconds_of(work: Callable[[], Awaitable[object]], *, times: int = 1) -> float:
    """The seconds that a piece of work takes, averaged over several runs."""
    began = perf_counter()
    for _ in range(times):
        await work()
    return (perf_counter() - began) / times
