"""When a job may start, as an honest range, or why that can't be told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from alcf_mcp.activity.arrivals import Arrivals, joining_score
from alcf_mcp.activity.durations import rough
from alcf_mcp.activity.earliness import Earliness
from alcf_mcp.activity.models import Activity, ActivityJob
from alcf_mcp.activity.plan import ReplayedJob
from alcf_mcp.activity.replay import Replay
from alcf_mcp.activity.scene import Scene
from alcf_mcp.wording import count

FARTHEST = 10 * 86400.0
"""How far ahead the replay looks, in seconds: within that time, too much happens that it does not know."""

OLDEST = 3600.0
"""How many seconds old a feed may be."""

MOST_REPLAYS, FEWEST_REPLAYS = 30, 3
PASSES = 6000
"""After so many looks at the queue, no further replay begins: it bounds the time of one question."""

KEPT_BACK = 0.5
"""How often a job that was passed over stays where it is in a replay."""

EARLIER, LATER = 0.3, 1.2
"""How much the range is widened for what the replay does not know: factors of the time to its ends."""

SLACK = 7200.0
"""Seconds that the latest start is later in any case: a limit that the feed does not show may keep a job.

``EARLIER``, ``LATER`` and ``SLACK`` make the narrowest ranges that held for 83 % of the starts on the
synthetic days that they were chosen on (``benchmarks/weather.py``).
"""


@dataclass(frozen=True, slots=True)
class StartRange:
    """When a job may start, in seconds from now.

    Attributes:
        earliest: hardly before.
        likely: as often before as after.
        latest: hardly after; it may still happen, as the feed does not show everything.
        observed: how many of the machine's jobs were seen to end; with 0, their earliness is an assumption.
    """

    earliest: float
    likely: float
    latest: float
    observed: int = 0

    def __str__(self) -> str:
        """``between 20 min and 2 h 10 min, most likely within 1 h``."""
        if self.earliest < 60:
            return f"within {rough(self.latest)}, most likely within {rough(max(self.likely, 60))}"
        ends = f"between {rough(self.earliest)} and {rough(self.latest)}"
        return f"{ends}, most likely within {rough(self.likely)}"


@dataclass(frozen=True, slots=True)
class StartUnknown:
    """Why it can't be told when a job starts: a sentence without its period."""

    reason: str

    def __str__(self) -> str:
        return self.reason


def start_range_of(
    activity: Activity, number: int, *, now: float, earliness: Earliness | None = None
) -> StartRange | StartUnknown:
    """Return when a queued job may start.

    Args:
        activity: what its machine is doing.
        number: the job's number.
        now: the time, in seconds since the epoch.
        earliness: how early the machine's jobs end; an assumption if not given.
    """
    return start_ranges_of(activity, [number], now=now, earliness=earliness)[number]


def start_ranges_of(
    activity: Activity, numbers: Sequence[int], *, now: float, earliness: Earliness | None = None
) -> dict[int, StartRange | StartUnknown]:
    """Return when several queued jobs may start, by their numbers; one set of replays tells it for all.

    Args:
        activity: what their machine is doing.
        numbers: the jobs' numbers.
        now: the time, in seconds since the epoch.
        earliness: how early the machine's jobs end; an assumption if not given.
    """
    if reason := _why_not(activity, now):
        return dict.fromkeys(numbers, StartUnknown(reason))
    started = {job.number for job in activity.running}
    queued = {job.number: job for job in activity.queued}
    reasons = {number: _why_not_in(queued.get(number), number in started) for number in numbers}
    unknown = {number: StartUnknown(reason) for number, reason in reasons.items() if reason}
    asked = [queued[number] for number in numbers if number not in unknown]
    return unknown | _ranges(activity, asked, now, earliness or Earliness())


def start_range_for(
    activity: Activity,
    *,
    queue: str,
    nodes: int,
    walltime: float,
    now: float,
    earliness: Earliness | None = None,
    score: float | None = None,
) -> StartRange | StartUnknown:
    """Return when a job may start if it is submitted now.

    Args:
        activity: what its machine is doing.
        queue: the queue that it runs in; where a routing queue passes it on, the one that it gets to.
        nodes: how many nodes it requests.
        walltime: its walltime, in seconds.
        now: the time, in seconds since the epoch.
        earliness: how early the machine's jobs end; an assumption if not given.
        score: its score; if not given, it joins behind all jobs of its queue, or, if none waits there,
            behind all jobs of the machine.
    """
    if reason := _why_not(activity, now):
        return StartUnknown(reason)
    if score is None:
        score = joining_score(activity, queue)
    highest = max((job.number for job in (*activity.queued, *activity.running)), default=0)
    job = ActivityJob(highest + 1, queue, "", nodes, walltime, submitted=activity.updated, score=score)
    joined = replace(activity, queued=(*activity.queued, job))
    return _ranges(joined, [job], now, earliness or Earliness())[job.number]


def _why_not(activity: Activity, now: float) -> str | None:
    """Why nothing can be told of any job."""
    if now - activity.updated > OLDEST:
        return f"The feed is {rough(now - activity.updated)} old"
    if (maintenance := activity.maintenance) and (maintenance.start or 0) <= now:
        if maintenance.end is None:
            return "The machine is in maintenance, and the feed tells no end"
        if maintenance.end > now:
            until = rough(maintenance.end - now)
            return f"The machine is in maintenance, expected to end in {until}; what waits is not shown"
    if not activity.node_states:
        return "The feed does not tell how many nodes are usable"
    return None


def _why_not_in(job: ActivityJob | None, started: bool) -> str | None:
    """Why the feed can't tell when a job starts."""
    if started:
        return "The job has started"
    if job is None:
        return "The feed does not show the job: it may be too new, held, or in a routing queue"
    if job.score is None or job.held:
        return "The job is held, as far as the feed tells" if job.held else "The feed gives the job no score"
    return None


def _ranges(
    activity: Activity, jobs: Sequence[ActivityJob], now: float, earliness: Earliness
) -> dict[int, StartRange | StartUnknown]:
    scene = Scene.of(activity)
    reasons = {job.number: _why_not_on(scene, activity, job, now) for job in jobs}
    unknown = {number: StartUnknown(reason) for number, reason in reasons.items() if reason}
    asked = [job for job in jobs if job.number not in unknown]
    futures = _Futures(scene, Arrivals.of(activity), earliness).starts_of(asked)
    return unknown | {number: _told(scene, starts, now, earliness) for number, starts in futures.items()}


def _why_not_on(scene: Scene, activity: Activity, job: ActivityJob, now: float) -> str | None:
    """Why a replay can't tell when a job starts."""
    if own := next((one for one in activity.reservations if one.name == job.queue), None):
        begins = f"begins in {rough(own.start - now)}" if own.start > now else "has begun"
        return f"The job waits in the queue of a reservation, which {begins}"
    if job.nodes > scene.nodes:
        are = "is" if job.nodes == 1 else "are"
        return f"{count(job.nodes, 'node')} {are} more than are usable now ({scene.nodes})"
    if job.number in scene.passed_over:
        return (
            "It fits on nodes that are free, and waits all the same: it may be held, depend on another job, "
            "or be at a limit that the feed does not show"
        )
    return None


def _told(
    scene: Scene, starts: Sequence[float | None], now: float, earliness: Earliness
) -> StartRange | StartUnknown:
    known = sorted(start for start in starts if start is not None)
    if len(known) == len(starts):
        return _widened([start - now for start in known], earliness.observed)
    if any(block.end == math.inf for block in (*scene.blocks, *scene.uncertain)):
        return StartUnknown("It may have to wait for nodes that are set aside without a known end")
    return StartUnknown(
        f"It may wait more than {rough(FARTHEST)}, or for too many jobs: that is too far ahead"
    )


def _widened(waits: Sequence[float], observed: int) -> StartRange:
    """A range around sorted waits."""
    likely = max(waits[len(waits) // 2], 0.0)
    earliest, latest = max(waits[0], 0.0) * EARLIER, max(waits[-1], 0.0) * LATER + SLACK
    return StartRange(min(earliest, likely), likely, max(latest, likely), observed)


@dataclass(frozen=True)
class _Futures:
    """Replays that differ in what is not known: runtimes, what is submitted, and what keeps jobs back."""

    scene: Scene
    arrivals: Arrivals
    earliness: Earliness

    def starts_of(self, jobs: Sequence[ActivityJob]) -> dict[int, list[float | None]]:
        """When jobs start in each replay, by their numbers; ``None``, the last, if one does not."""
        starts: dict[int, list[float | None]] = {job.number: [] for job in jobs}
        asked = set(starts)
        luck = Random(min(asked, default=0))  # noqa: S311 - the same feed gives the same range
        replays = passes = 0
        while asked and replays < MOST_REPLAYS and (passes < PASSES or replays < FEWEST_REPLAYS):
            replay = self._replay(luck)
            for number, start in replay.starts_of(asked, self.scene.now + FARTHEST).items():
                starts[number].append(start)
                if start is None:  # no range can be told, so don't wait for it again
                    asked.remove(number)
            replays, passes = replays + 1, passes + replay.passes
        return starts

    def _replay(self, luck: Random) -> Replay:
        scene = self.scene
        queued = (
            job
            for job in scene.queued
            if job.nodes <= scene.nodes and (job.number not in scene.passed_over or luck.random() > KEPT_BACK)
        )
        return Replay(
            scene.free,
            [self._running(job, luck) for job in scene.running],
            [self._waiting(job, luck) for job in queued],
            scene.blocks + (scene.uncertain if luck.random() < 0.5 else ()),
            scene.now,
            self.arrivals.drawn(scene.now, self.earliness, luck),
        )

    def _running(self, job: ActivityJob, luck: Random) -> ReplayedJob:
        left = self.scene.left(job)
        past = 1 - left / job.walltime if job.walltime > 0 else 1.0
        runtime = (self.earliness.share(luck.random(), past) - past) * job.walltime
        return ReplayedJob(job.number, job.nodes, left, min(max(runtime, 0.0), left))

    def _waiting(self, job: ActivityJob, luck: Random) -> ReplayedJob:
        runtime = job.walltime * self.earliness.share(luck.random())
        score = -math.inf if job.score is None else job.score
        return ReplayedJob(job.number, job.nodes, job.walltime, runtime, score)
