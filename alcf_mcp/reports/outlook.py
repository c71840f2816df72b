"""What a machine's activity feed tells of the user's jobs, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from alcf_mcp.activity.durations import rough
from alcf_mcp.activity.start_range import StartRange
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.weather import Outlook
from alcf_mcp.reports.text import clock
from alcf_mcp.wording import count, in_node_hours

MOST_NODES = 20
"""How many nodes' names a report has."""


def outlook_facts(outlook: Outlook | None) -> dict[str, Any]:
    """The facts of a report on one job: ``outlook``, ``runs_on`` and ``ends_by``."""
    if outlook is None:
        return {}
    if outlook.place or outlook.start:
        return {"outlook": _waiting(outlook)}
    ends_by = None if outlook.ends_by is None else datetime.fromtimestamp(outlook.ends_by, UTC)
    return {
        "outlook": _running(outlook, ends_by),
        "runs_on": list(outlook.nodes[:MOST_NODES]) or None,
        "ends_by": ends_by,
    }


def short_start(outlook: Outlook | None) -> str | None:
    """When a job may start, for a list: ``in 20 min to 2 h``."""
    if outlook is None or not isinstance(outlook.start, StartRange):
        return None
    start = outlook.start
    if start.earliest < 60:
        return f"within {rough(start.latest)}"
    return f"in {rough(start.earliest)} to {rough(start.latest)}"


def seen_in_feed(known: KnownJob, outlook: Outlook | None) -> str:
    """What the feed adds to the status of a job that the API does not know yet."""
    if outlook is None or not known.not_known_yet:
        return ""
    return f"; its machine shows it {'queued' if outlook.start else 'running'}"


def _waiting(outlook: Outlook) -> str:
    return "; ".join(_waiting_parts(outlook)) + "."


def _waiting_parts(outlook: Outlook) -> Iterator[str]:
    if place := outlook.place:
        yield f"Number {place.position} of {place.of} in {outlook.queue}"
        hours = in_node_hours(place.node_hours_ahead, ",.0f")
        yield f"{count(place.ahead, 'job')} and {hours} ahead on the machine"
    if isinstance(outlook.start, StartRange):
        yield f"may start {outlook.start}"
    elif outlook.start:
        reason = str(outlook.start)
        yield f"when it starts can't be told: {reason[:1].lower()}{reason[1:]}"
    yield f"as of {clock(datetime.fromtimestamp(outlook.seen_at, UTC))}"


def _running(outlook: Outlook, ends_by: datetime | None) -> str:
    nodes = ", ".join(outlook.nodes[:MOST_NODES])
    more = f" and {len(outlook.nodes) - MOST_NODES} more" if len(outlook.nodes) > MOST_NODES else ""
    where = f"Runs on {nodes}{more}" if nodes else f"Runs in {outlook.queue}"
    return f"{where}; ends by {clock(ends_by)} at the latest." if ends_by else f"{where}."
