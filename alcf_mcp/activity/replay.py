"""A replay of a machine's queue: who starts when, if jobs run as long as the replay says."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Collection, Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import islice

from alcf_mcp.activity.plan import Block, Plan, ReplayedJob

LOOKED_THROUGH = 250
"""How many waiting jobs are looked through for one that fits, each time that nodes become free.

It bounds the time that a replay of a long queue takes; jobs this far down rarely start before those above.
"""

CYCLE = 60.0
"""Least seconds between two looks at the queue."""

MOST_PASSES = 4000
"""How often the queue is looked through before a replay gives up: it bounds its time, too."""


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
        passes: how often it looked for jobs that fit: the work that it took.
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
        self.passes = 0
        self._may_start = True
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

    def starts_of(self, numbers: Collection[int], until: float) -> dict[int, float | None]:
        """Return when jobs start, in seconds since the epoch.

        Returns:
            ``None`` for a job that does not start by ``until``, nor in ``MOST_PASSES`` looks at the queue.
        """
        while self._now < until and self.passes < MOST_PASSES:
            if self._may_start and self._free >= self._smallest:
                self._start_what_fits()
            if all(number in self.starts for number in numbers) or not (self._events or self._next):
                break
            self._go_on()
        return {number: self.starts.get(number) for number in numbers}

    def _start_what_fits(self) -> None:
        self.passes += 1
        plan = Plan(self._now, self._free, self._ends, self._blocks)
        reserved, started = False, list[int]()
        for index, job in enumerate(islice(self._queued, LOOKED_THROUGH)):
            if job.nodes <= plan.room and plan.fits(job):
                plan.start(job)
                self._begin(job)
                started.append(index)
                if plan.room < self._smallest:
                    break
            elif not reserved:
                plan.reserve(job)
                reserved = True
        for index in reversed(started):
            del self._queued[index]

    def _begin(self, job: ReplayedJob) -> None:
        self.starts[job.number] = self._now
        self._free -= job.nodes
        heappush(self._events, (self._now + job.runtime, self._now + job.walltime, job.nodes))

    def _go_on(self) -> None:
        """Go to the next time at which a job ends or is submitted."""
        ends = self._events[0][0] if self._events else math.inf
        submitted = self._next[0] if self._next else math.inf
        self._now = max(self._now + CYCLE, min(ends, submitted))
        self._may_start = False
        self._end_jobs()
        self._submit_jobs()

    def _end_jobs(self) -> None:
        while self._events and self._events[0][0] <= self._now:
            _, walltime_ends, nodes = heappop(self._events)
            self._may_start = True
            if nodes:
                self._free += nodes
                self._ends.remove((walltime_ends, nodes))

    def _submit_jobs(self) -> None:
        while self._next and self._next[0] <= self._now:
            job = self._next[1]
            insort(self._queued, job, key=_rank)
            self._smallest = min(self._smallest, job.nodes)
            # A new job that gets no nodes yet changes nothing for the others.
            self._may_start = self._may_start or job.nodes <= self._free
            self._next = next(self._arriving, None)


def _rank(job: ReplayedJob) -> tuple[float, int]:
    return (-job.score, job.number)
