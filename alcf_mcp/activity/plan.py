"""Which nodes are free when, as a scheduler sees it that believes in walltimes."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class ReplayedJob:
    """A job in a replay; jobs with higher scores start first.

    ``runtime`` is how long it runs in this replay, at most its ``walltime``; both are in seconds.
    """

    number: int
    nodes: int
    walltime: float
    runtime: float
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Block:
    """Nodes that jobs don't get from ``start`` to ``end``, in seconds since the epoch."""

    start: float
    end: float
    nodes: int


class Plan:
    """The free nodes from now on, if every job takes its whole walltime.

    It counts nodes, and does not know which they are. The number of free nodes falls only where a block
    starts: it is enough to look there.

    Attributes:
        room: how many nodes a job can have now.
        ends: when the walltime of each running job runs out, and how many nodes that frees; sorted.
    """

    def __init__(self, now: float, free: int, ends: list[tuple[float, int]], blocks: Iterable[Block]) -> None:
        self.ends = ends
        self._now = now
        self._free = free
        self._blocks = [block for block in blocks if block.end > now]
        self.room = free - sum(block.nodes for block in self._blocks if block.start <= now)
        self._drops = self._find_drops()

    def _find_drops(self) -> list[tuple[float, int]]:
        """When blocks start, and how many nodes are free then."""
        starts = sorted({block.start for block in self._blocks if block.start > self._now})
        if not starts:
            return []
        freed = self._freed()
        return [(start, self._free_at(start, freed)) for start in starts]

    def _freed(self) -> list[int]:
        return list(accumulate((nodes for _, nodes in self.ends), initial=0))

    def _free_at(self, time: float, freed: list[int]) -> int:
        ended = freed[bisect_right(self.ends, (time, math.inf))]
        blocked = sum(block.nodes for block in self._blocks if block.start <= time < block.end)
        return self._free + ended - blocked

    def fits(self, job: ReplayedJob) -> bool:
        """Whether a job can start now without taking nodes from a block."""
        return job.nodes <= self.room_for(job.walltime)

    def room_for(self, walltime: float) -> int:
        """How many nodes a job of this walltime can have now."""
        room, ends = self.room, self._now + walltime
        for start, free in self._drops:
            if start >= ends:
                break
            room = min(room, free)
        return room

    def start(self, job: ReplayedJob) -> None:
        """Give a job its nodes now."""
        ends = self._now + job.walltime
        insort(self.ends, (ends, job.nodes))
        self._free -= job.nodes
        self.room -= job.nodes
        self._drops = [(at, free - job.nodes if at < ends else free) for at, free in self._drops]

    def reserve(self, job: ReplayedJob) -> None:
        """Set nodes aside for a job that can't start yet, as early as it can have them."""
        start = self.earliest(job)
        if start < math.inf:
            self._blocks.append(Block(start, start + job.walltime, job.nodes))
            self._drops = self._find_drops()

    def earliest(self, job: ReplayedJob) -> float:
        """Return when a job can have its nodes if all others take their whole walltime; infinite if never."""
        freed = self._freed()
        for time in self._changes(job.nodes, freed):
            drops = (at for at, _ in self._drops if time < at < time + job.walltime)
            if self._free_at(time, freed) >= job.nodes and all(
                self._free_at(at, freed) >= job.nodes for at in drops
            ):
                return time
        return math.inf

    def _changes(self, nodes: int, freed: list[int]) -> Iterator[float]:
        """The times at which this many nodes may become free."""
        enough = bisect_left(freed, nodes - self._free)
        if enough == len(freed):
            return
        first = self.ends[enough - 1][0] if enough else self._now
        yield first
        ends = {end for end, _ in self.ends[enough:]}
        yield from sorted(ends | {block.end for block in self._blocks if first < block.end < math.inf})

    def gaps(self) -> Iterator[tuple[int, float]]:
        """How many nodes are free, and for how many seconds from now: the most first, then fewer."""
        room = self.room
        for start, free in self._drops:
            if free < room:
                if room > 0:
                    yield room, start - self._now
                room = free
        if room > 0:
            yield room, math.inf
