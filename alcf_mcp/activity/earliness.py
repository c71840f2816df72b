"""How much of their walltime jobs take: they mostly end early."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from alcf_mcp.activity.models import Activity, ActivityJob

ENOUGH = 30
"""How many jobs must have been seen to end before what was seen of them counts."""

FINEST = 0.2
"""The longest time between two looks that tells when a job ended, as a share of its walltime."""

ASSUMED = (0.0, 0.02, 0.08, 0.18, 0.3, 0.42, 0.55, 0.7, 0.85, 0.98, 1.0, 1.0)
"""An assumption of 2026-11: quantiles of runtime ÷ walltime, from none to all jobs, at equal distances.

It is in the spirit of what studies of batch systems' logs report (Mu'alem and Feitelson's of the IBM SP2,
2001, and later ones): some jobs fail at once, some are stopped at their walltime, the others spread evenly.
It was measured on none of ALCF's machines.
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that was seen to end, and the share of its walltime that it took."""

    number: int
    share: float


@dataclass(frozen=True)
class Earliness:
    """How jobs' runtimes are distributed, as shares of their walltime.

    Attributes:
        shares: quantiles from 0 to 1 at equal distances; at least two.
        observed: how many jobs were seen to end; if 0, the shares are an assumption.
    """

    shares: tuple[float, ...] = ASSUMED
    observed: int = 0

    @classmethod
    def of(cls, shares: Sequence[float]) -> Earliness:
        """Return the distribution of observed shares; the assumed one if they are too few."""
        if len(shares) < ENOUGH:
            return cls()
        return cls(tuple(sorted(min(max(share, 0.0), 1.0) for share in shares)), len(shares))

    def share(self, luck: float, past: float = 0.0) -> float:
        """Return the share of its walltime that a job takes.

        Args:
            luck: where in the distribution it is, from 0 (it ends first) to 1 (it ends last).
            past: the share that it has taken already.
        """
        gone = self._ended_by(past)
        return max(past, self._quantile(gone + min(max(luck, 0.0), 1.0) * (1 - gone)))

    def _quantile(self, part: float) -> float:
        place = part * (len(self.shares) - 1)
        index = min(int(place), len(self.shares) - 2)
        low, high = self.shares[index : index + 2]
        return low + (high - low) * (place - index)

    def _ended_by(self, share: float) -> float:
        """The part of all jobs that have taken at most this share."""
        if share <= self.shares[0]:
            return 0.0
        index = bisect_right(self.shares, share)
        if index == len(self.shares):
            return 1.0
        low, high = self.shares[index - 1 : index + 1]
        return (index - 1 + (share - low) / (high - low)) / (len(self.shares) - 1)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The jobs that ran when the feed was looked at, and when that was."""

    updated: float
    running: tuple[ActivityJob, ...]

    def ended(self, later: Activity) -> tuple[Ended, ...]:
        """Return the jobs that ended since, as far as the two looks tell when."""
        if later.maintenance or later.updated <= self.updated:
            return ()
        still = {job.number for job in (*later.running, *later.queued)}
        gone = (job for job in self.running if job.number not in still)
        ended = (_ending(job, self.updated, later.updated) for job in gone)
        return tuple(one for one in ended if one)


def _ending(job: ActivityJob, seen: float, missed: float) -> Ended | None:
    if job.started is None or job.walltime <= 0 or missed - seen > FINEST * job.walltime:
        return None
    last = min(missed, max(seen, job.started + job.walltime))
    share = ((seen + last) / 2 - job.started) / job.walltime
    return Ended(job.number, min(max(share, 0.0), 1.0))
