"""Jobs that will be submitted while others wait, if people go on as they did in the last hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from statistics import median

from alcf_mcp.activity.earliness import Earliness
from alcf_mcp.activity.models import Activity, ActivityJob
from alcf_mcp.activity.plan import ReplayedJob
from alcf_mcp.activity.scene import usable_nodes

RECENT = 6 * 3600.0
"""How many seconds back jobs were submitted that show what comes next."""

APART = 600.0
"""Least seconds between the submissions of two jobs whose scores tell how fast scores grow."""


def joining_score(activity: Activity, queue: str) -> float:
    """Return the score that a new job may have: the lowest in its queue, or else of the machine.

    Scores grow as jobs wait, so the lowest is that of a recent job.
    """
    scores = [(job.queue == queue, job.score) for job in activity.queued if job.score is not None]
    ours = [score for same, score in scores if same]
    return min(ours or [score for _, score in scores], default=0.0)


def score_growth(queued: Sequence[ActivityJob]) -> float:
    """Return how much a waiting job's score grows per second, by scores in the same queue; at least 0."""
    known = [job for job in queued if job.score is not None and job.submitted is not None]
    slopes = [
        ((older.score or 0) - (newer.score or 0)) / ((newer.submitted or 0) - (older.submitted or 0))
        for older, newer in pairwise(sorted(known, key=lambda job: (job.queue, job.submitted)))
        if older.queue == newer.queue and (newer.submitted or 0) - (older.submitted or 0) >= APART
    ]
    return max(median(slopes), 0.0) if slopes else 0.0


@dataclass(frozen=True)
class Arrivals:
    """Jobs like those that were submitted in the last hours.

    Jobs that have ended since are missing in the feed: there are somewhat more short ones than this tells.

    Attributes:
        like: the recent jobs with the score that each had when it was submitted, as far as it can be told.
        growth: how much a waiting job's score grows per second.
    """

    like: tuple[tuple[ActivityJob, float], ...]
    growth: float

    @classmethod
    def of(cls, activity: Activity) -> Arrivals:
        """Return what may be submitted to a machine."""
        nodes = usable_nodes(activity.node_states)
        growth = score_growth(activity.queued)
        joining = {job.queue: joining_score(activity, job.queue) for job in activity.running}
        recent = [
            (job, _score_at_first(job, activity.updated, growth, joining))
            for job in (*activity.running, *activity.queued)
            if job.submitted is not None and 0 <= activity.updated - job.submitted <= RECENT
            if job.nodes <= nodes
        ]
        return cls(tuple(recent), growth)

    def drawn(self, now: float, earliness: Earliness, luck: Random) -> Iterator[tuple[float, ReplayedJob]]:
        """Draw jobs, each with the time at which it is submitted, without end.

        Their scores are given as if all jobs kept the scores that they have now.
        """
        time, number = now, 0
        while self.like:
            time += luck.expovariate(len(self.like) / RECENT)
            number -= 1
            job, score = luck.choice(self.like)
            runtime = job.walltime * earliness.share(luck.random())
            score -= self.growth * (time - now)
            yield time, ReplayedJob(number, job.nodes, job.walltime, runtime, score)


def _score_at_first(job: ActivityJob, now: float, growth: float, joining: dict[str, float]) -> float:
    if job.score is None:
        return joining.get(job.queue, 0.0)
    return job.score - growth * (now - (job.submitted or now))
