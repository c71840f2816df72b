"""What the weather says about a job that is to be submitted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from alcf_mcp.activity.models import Activity, Reservation
from alcf_mcp.activity.queue_place import Gap, begins_before, gaps
from alcf_mcp.activity.scene import usable_nodes
from alcf_mcp.activity.start_range import StartRange, StartUnknown

SOONER = 0.5
"""Another queue is worth mentioning if the job may start there in less than this share of the time."""

AT_ONCE, WAITS = 60.0, 300.0
"""Seconds: a job that likely starts within the first needs no range, within the second no advice."""


def advice(
    activity: Activity,
    queue: str,
    starts: Mapping[str, StartRange | StartUnknown],
    *,
    nodes: int,
    walltime: float,
    now: float,
) -> Iterator[str]:
    """Say when a job may start, and what would start sooner.

    Args:
        activity: what its machine is doing.
        queue: the queue that the user chose.
        starts: when it may start, by the queue that it is submitted to.
        nodes: how many nodes it requests.
        walltime: its walltime, in seconds.
        now: the time, in seconds since the epoch.
    """
    chosen = starts[queue]
    if isinstance(chosen, StartUnknown):
        yield f"When it starts can't be told: {_lower(chosen.reason)}."
    elif chosen.likely <= AT_ONCE:
        yield f"In {queue}, it may start at once."
    else:
        yield f"In {queue}, it may start {chosen} (replayed from the queue as it was {_as_of(activity)})."
        if chosen.likely > WAITS:
            yield from _sooner_elsewhere(queue, chosen, starts)
            yield from _smaller(activity, nodes, walltime)
    yield from _in_the_way(activity, nodes, now + walltime)


def _sooner_elsewhere(
    queue: str, chosen: StartRange, starts: Mapping[str, StartRange | StartUnknown]
) -> Iterator[str]:
    others = {
        name: start for name, start in starts.items() if isinstance(start, StartRange) and name != queue
    }
    if not others:
        return
    name, start = min(others.items(), key=lambda one: one[1].likely)
    if start.likely < SOONER * chosen.likely:
        yield f"{name} would likely start it sooner: {start}."


def _smaller(activity: Activity, nodes: int, walltime: float) -> Iterator[str]:
    """What would start at once, if less is asked for."""
    cut = [Gap(min(gap.nodes, nodes), min(gap.seconds, walltime)) for gap in gaps(activity)]
    if cut:
        yield f"{max(cut, key=lambda gap: (gap.nodes, gap.seconds))}."


def _in_the_way(activity: Activity, nodes: int, ends: float) -> Iterator[str]:
    """What begins before the job could end, and needs its nodes."""
    coming = begins_before(activity, ends)
    if coming is None or coming.start is None:
        return
    what = "A maintenance"
    if isinstance(coming, Reservation):
        if coming.nodes is not None and coming.nodes + nodes <= usable_nodes(activity.node_states):
            return
        what = f"The reservation {coming.name!r}"
    begins = datetime.fromtimestamp(coming.start, UTC)
    yield f"{what} begins at {begins:%Y-%m-%d %H:%M} UTC, before the job could end."


def _as_of(activity: Activity) -> str:
    return f"at {datetime.fromtimestamp(activity.updated, UTC):%H:%M} UTC"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
