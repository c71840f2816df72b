"""A replay of a machine's queue: who starts when, if jobs run as long as the replay says."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Collection, Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush

from alcf_mcp.activity.plan import Block, Plan, ReplayedJob

UNBOUNDED = 10**9

LOOKED_THROUGH = 250
"""How many waiting jobs are looked through for one that fits, each time that nodes become free.

It bounds the time that a replay of a long queue takes; jobs this far down rarely start before those above.
"""


class Replay:
    """One possible future of a machine whose scheduler starts jobs in order of their score, with backfill.

    The first job that does not fit gets nodes set aside, as early as running jobs' walltimes allow; jobs
    below it start before it only if they don't delay it (EASY backfill, as PBS does it with
    ``strict_ordering`` and a ``backfill_depth`` of 1). All queues share the machine's nodes.

    It knows no limits on a user's, a project's or a queue's running jobs, no holds and no dependencies
    between jobs: the feed does not show them. Nor does it know how scores change other than by waiting,
    which nodes fail, and which nodes a job may run on.

    Args:
        free: how many of the machine's usable nodes no job has.
        running: running jobs with the time that each has left: ``walltime`` at most, ``runtime`` in fact.
        queued: waiting jobs.
        blocks: nodes that jobs don't get.
        now: when it begins, in seconds since the epoch.
        arriving: jobs that are submitted later, with the time of each, in order.

    Attributes:
        starts: when jobs started, in seconds since the epoch, by their number.
        steps: how many ends and submissions of jobs it went through.
    """

    def __init__(
        self,
        free: int,
        running: Iterable[ReplayedJob],
        queued: Iterable[ReplayedJob],
        blocks: Sequence[Block],
        now: float,
        arriving: Iterator[tuple[float, ReplayedJob]],
    ) -> None:
        self.starts: dict[int, float] = {}
        self.steps = 0
        self._now = now
        self._free = free
        self._blocks = blocks
        self._queued = sorted(queued, key=_rank)
        self._arriving = arriving
        self._next = next(arriving, None)
        self._smallest = min((job.nodes for job in self._queued), default=0)
        self._ends: list[tuple[float, int]] = []
        self._events: list[tuple[float, float, int]] = []
        for job in running:
            self._ends.append((now + job.walltime, job.nodes))
            self._events.append((now + job.runtime, now + job.walltime, job.nodes))
        self._ends.sort()
        # Where a block ends, no job does: nodes become free all the same.
        self._events += [(block.end, block.end, 0) for block in blocks if block.end > now]
        heapify(self._events)

    def starts_of(
        self, numbers: Collection[int], until: float, *, steps: int = UNBOUNDED
    ) -> dict[int, float | None]:
        """Return when jobs start, in seconds since the epoch; ``None`` for one that does not.

        Args:
            numbers: the jobs' numbers.
            until: when the replay ends, in seconds since the epoch.
            steps: after how many ends and submissions of jobs it ends in any case.
        """
        self._start_what_fits()
        while steps and not all(number in self.starts for number in numbers):
            if self._now >= until or not (self._events or self._next):
                break
            if self._go_on():
                self._start_what_fits()
            steps -= 1
            self.steps += 1
        return {number: self.starts.get(number) for number in numbers}

    def _start_what_fits(self) -> None:
        plan = Plan(self._now, self._free, self._ends, self._blocks)
        reserved, started = False, set[int]()
        for index, job in enumerate(self._queued[:LOOKED_THROUGH]):
            if plan.room < self._smallest:
                break
            if job.nodes <= plan.room and plan.fits(job):  # the first part is quick, and mostly decides
                plan.start(job)
                self._begin(job)
                started.add(index)
            elif not reserved:
                plan.reserve(job)
                reserved = True
        if started:
            looked_through = self._queued[:LOOKED_THROUGH]
            self._queued[:LOOKED_THROUGH] = [
                job for index, job in enumerate(looked_through) if index not in started
            ]

    def _begin(self, job: ReplayedJob) -> None:
        self.starts[job.number] = self._now
        self._free -= job.nodes
        heappush(self._events, (self._now + job.runtime, self._now + job.walltime, job.nodes))

    def _go_on(self) -> bool:
        """Go to the next end or submission of a job; returns whether something may start then."""
        hopeful = False
        ends = self._events[0][0] if self._events else math.inf
        self._now = max(self._now, min(ends, self._next[0] if self._next else math.inf))
        while self._events and self._events[0][0] <= self._now:
            _, walltime_ends, nodes = heappop(self._events)
            hopeful = True
            if nodes:
                self._free += nodes
                self._ends.remove((walltime_ends, nodes))
        while self._next and self._next[0] <= self._now:
            self._submit(self._next[1])
            hopeful = hopeful or self._next[1].nodes <= self._free
            self._next = next(self._arriving, None)
        return hopeful

    def _submit(self, job: ReplayedJob) -> None:
        insort(self._queued, job, key=_rank)
        self._smallest = min(self._smallest, job.nodes)


def _rank(job: ReplayedJob) -> tuple[float, int]:
    return (-job.score, job.number)
