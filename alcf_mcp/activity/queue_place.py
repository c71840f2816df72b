"""Where a job stands among those that wait, what is free for others, and what is about to begin."""

from __future__ import annotations

import math
from dataclasses import dataclass

from alcf_mcp.activity.durations import rough
from alcf_mcp.activity.models import Activity, ActivityJob, Maintenance, Reservation
from alcf_mcp.activity.plan import ReplayedJob
from alcf_mcp.activity.scene import SETTLED, Scene
from alcf_mcp.wording import count


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a job stands by its score.

    Attributes:
        position: its place in its queue, from 1.
        of: how many jobs wait in its queue.
        ahead: how many jobs of all queues have a higher score.
        node_hours_ahead: what these take at most.
    """

    position: int
    of: int
    ahead: int
    node_hours_ahead: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Nodes that are free now; ``seconds`` is for how long, infinite if nothing is planned on them."""

    nodes: int
    seconds: float

    def __str__(self) -> str:
        """``2 nodes for 30 min fit a gap now``."""
        fit = "fits" if self.nodes == 1 else "fit"
        span = f"for {rough(self.seconds)}" if self.seconds < math.inf else "for any time"
        return f"{count(self.nodes, 'node')} {span} {fit} a gap now"


def queue_place(activity: Activity, number: int) -> QueuePlace | None:
    """Return where a queued job stands; ``None`` if the feed shows no such job, or gives it no score."""
    job = next((job for job in activity.queued if job.number == number), None)
    if job is None or job.score is None or job.held:
        return None
    ahead = [other for other in activity.queued if _is_ahead(other, job)]
    return QueuePlace(
        position=1 + sum(1 for other in ahead if other.queue == job.queue),
        of=sum(1 for other in activity.queued if other.queue == job.queue),
        ahead=len(ahead),
        node_hours_ahead=sum(other.node_hours for other in ahead),
    )


def _is_ahead(other: ActivityJob, job: ActivityJob) -> bool:
    if other.score is None or job.score is None or other.held or other.number == job.number:
        return False
    return (-other.score, other.number) < (-job.score, job.number)


def gaps(activity: Activity) -> tuple[Gap, ...]:
    """Return what a small job could have now without delaying the next job that waits for nodes.

    Jobs that fit and have just been submitted get their nodes first. Jobs that fit and still wait are
    passed over, as the scheduler does (:attr:`Scene.passed_over`). Limits on the user's jobs may keep a
    job from a gap, and so may the queues' smallest and largest jobs.

    Returns:
        The most nodes first, each with the longest walltime; empty if nothing is free.
    """
    scene = Scene.of(activity)
    plan = scene.plan()
    for job in scene.queued:
        wanted = ReplayedJob(job.number, job.nodes, job.walltime, job.walltime)
        if not plan.fits(wanted):
            if job.nodes <= scene.nodes:
                plan.reserve(wanted)
                break
        elif job.submitted is not None and job.submitted > scene.now - SETTLED:
            plan.start(wanted)
    return tuple(Gap(nodes, seconds) for nodes, seconds in plan.gaps())


def begins_before(activity: Activity, end: float) -> Reservation | Maintenance | None:
    """Return what begins before a time (seconds since the epoch), the first if several; ``None`` if nothing.

    A job that would still run then may have to wait until after it.
    """
    coming: list[tuple[float, Reservation | Maintenance]] = [
        (one.start, one)
        for one in (*activity.reservations, activity.maintenance)
        if one and one.start is not None and activity.updated < one.start < end
    ]
    return min(coming, key=lambda one: one[0])[1] if coming else None
