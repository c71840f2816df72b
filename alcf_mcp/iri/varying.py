"""When to poll tasks whose durations vary: often where many of them end, seldom where few do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt

ENOUGH = 8
"""How many durations have to be known."""

VARY = 1.3
"""Durations vary if the third quartile is at least this many times the first."""

POLLS = 2.0
"""How much a second of the user's time is worth, in polls: with this, tasks of 5 to 15 s are answered half a
second late, as by a poll every second, with about half as many polls."""

AFTER_ALL = 0.1
"""The first pause once a task has taken longer than all the others, as a share of the time between the
quickest and the slowest."""

GROWTH, SHORTEST, LONGEST = 1.5, 0.05, 2.0

_QUARTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


def vary(durations: Sequence[float]) -> bool:
    """Whether enough durations are known, and they differ enough, for polling to follow from them."""
    if len(durations) < ENOUGH:
        return False
    _, lower, _, upper, _ = _quartiles(durations)
    return upper > VARY * lower


def varying_pauses(durations: Sequence[float]) -> Iterator[float]:
    """Yield the seconds between polls of a task, given the durations of others of its kind.

    A poll costs more the more tasks are still running by then, and saves more the more tasks end around it.
    The least of both together is reached by a rate that is proportional to √(tasks that end / tasks that
    still run).
    """
    quartiles = _quartiles(durations)
    last = total = 0.0
    for begin, end, ending, running in _spans(quartiles):
        polls = POLLS * sqrt((end - begin) * ending / running)
        for number in range(int(total) + 1, int(total + polls) + 1):
            moment = begin + (end - begin) * (number - total) / polls
            yield moment - last
            last = moment
        total += polls
    pause = max((quartiles[-1] - quartiles[0]) * AFTER_ALL, SHORTEST)
    while True:
        yield min(pause, LONGEST)
        pause *= GROWTH


def _spans(quartiles: Sequence[float]) -> Iterator[tuple[float, float, float, float]]:
    """The time up to the slowest task: each span with the shares of tasks that end in it and still run."""
    quicker = 0.02
    running = 1.0
    shares = (quicker, *([(1 - quicker) / 4] * 4))
    for begin, end, ending in zip((0.0, *quartiles), quartiles, shares, strict=False):
        if end > begin:
            yield begin, end, ending, running - ending / 2
        running -= ending


def _quartiles(durations: Sequence[float]) -> list[float]:
    ordered = sorted(durations)
    return [ordered[round(share * (len(ordered) - 1))] for share in _QUARTILES]
