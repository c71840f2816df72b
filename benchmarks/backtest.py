"""Start ranges held against what then happened: on synthetic days, and on recorded feeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from statistics import median

from alcf_mcp.activity.earliness import Earliness, Glimpse
from alcf_mcp.activity.models import Activity
from alcf_mcp.activity.start_range import StartRange, StartUnknown, start_range_for, start_ranges_of
from benchmarks.synthetic_days import CYCLE, EPOCH, Days
from benchmarks.synthetic_jobs import DAY, HOUR, Job

LENGTH = 9 * DAY
FIRST, LAST = 2 * DAY, 6 * DAY
"""From when to when questions are asked: the queue has filled by then, and time is left for jobs to start."""

ASKED_EVERY = 4 * HOUR
LOOKED_EVERY = HOUR // 4
ASKED = 25
"""How many queued jobs are asked about at a time; and as many of those that are submitted next."""


@dataclass(frozen=True)
class Judged:
    """A range that was told, or a reason, beside the wait that came true (seconds).

    ``wait`` is ``None`` for a job that did not start while it was watched: until it was canceled, or until
    the record ended.
    """

    told: StartRange | StartUnknown
    wait: float | None
    watched: float
    submitted: bool = True

    @property
    def inside(self) -> bool | None:
        """Whether the job started within the range; ``None`` if there is no range, or it can't be known."""
        if isinstance(self.told, StartUnknown):
            return None
        if self.wait is None:
            return False if self.watched > self.told.latest else None
        return self.told.earliest <= self.wait <= self.told.latest


@dataclass(frozen=True)
class Score:
    """How good some ranges were; widths in seconds."""

    asked: int
    told: int
    judged: int
    outside: float
    width: float

    @classmethod
    def of(cls, judged: Sequence[Judged]) -> Score:
        """The score of all that can be judged."""
        ranges = [one for one in judged if one.inside is not None]
        widths = [one.told.latest - one.told.earliest for one in ranges if isinstance(one.told, StartRange)]
        return cls(
            asked=len(judged),
            told=sum(isinstance(one.told, StartRange) for one in judged),
            judged=len(ranges),
            outside=sum(not one.inside for one in ranges) / max(len(ranges), 1),
            width=median(widths) if widths else 0.0,
        )


def synthetic(seed: int, *, observe: bool = True) -> list[Judged]:
    """Ask throughout some days; ``observe``: learn jobs' earliness from the feed, as a server does."""
    days = Days(Random(seed), LENGTH)
    luck = Random(seed)
    shares: list[float] = []
    seen: Glimpse | None = None
    asked: list[tuple[Job, int, StartRange | StartUnknown, bool]] = []
    while days.now < LENGTH:
        days.go_on()
        if days.now % LOOKED_EVERY < CYCLE and observe:
            feed = days.feed()
            shares += [ended.share for ended in seen.ended(feed)] if seen else []
            seen = Glimpse(feed.updated, feed.running)
        if FIRST <= days.now < LAST and days.now % ASKED_EVERY < CYCLE:
            earliness = Earliness.of(shares[-500:])
            asked += [
                (job, days.now, told, was) for job, told, was in _ask(days, days.feed(), earliness, luck)
            ]
    return [
        Judged(told, None if job.started is None else job.started - at, min(job.canceled, LENGTH) - at, was)
        for job, at, told, was in asked
    ]


def _ask(
    days: Days, feed: Activity, earliness: Earliness, luck: Random
) -> Iterator[tuple[Job, StartRange | StartUnknown, bool]]:
    now = EPOCH + days.now
    sample = luck.sample(days.waiting, min(ASKED, len(days.waiting)))
    told = start_ranges_of(feed, [job.number for job in sample], now=now, earliness=earliness)
    for job in sample:
        yield job, told[job.number], True
    coming = [job for job in days.jobs if 0 < job.submitted - days.now < 600]
    for job in coming[:ASKED]:
        queue, nodes, walltime = job.kind.queue, job.nodes, job.walltime
        one = start_range_for(feed, queue=queue, nodes=nodes, walltime=walltime, now=now, earliness=earliness)
        yield job, one, False


def recorded(feeds: Sequence[Activity]) -> list[Judged]:
    """Ask about all that waits in each of a machine's recorded feeds, in order of their times."""
    if not feeds:
        return []
    started: dict[int, float] = {}
    for feed in feeds:
        for job in feed.running:
            started.setdefault(job.number, job.started or feed.updated)
    shares: list[float] = []
    judged: list[Judged] = []
    seen = {job.number: feed.updated for feed in feeds for job in feed.queued}
    for before, feed in pairwise((feeds[0], *feeds)):
        shares += [ended.share for ended in Glimpse(before.updated, before.running).ended(feed)]
        numbers = [job.number for job in feed.queued]
        ranges = start_ranges_of(feed, numbers, now=feed.updated, earliness=Earliness.of(shares[-500:]))
        for job in feed.queued:
            start = started.get(job.number)
            watched = seen[job.number] - feed.updated
            judged.append(
                Judged(ranges[job.number], None if start is None else start - feed.updated, watched)
            )
    return judged
