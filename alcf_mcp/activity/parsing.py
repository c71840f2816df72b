"""Reads an activity feed: what can't be read is left out, unless it is too much to trust the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from alcf_mcp.activity.jobs import JobReader
from alcf_mcp.activity.models import Activity, Maintenance, Reservation
from alcf_mcp.activity.unknown import ActivityUnknown
from alcf_mcp.activity.values import first, moment, node_count, node_names, number, seconds, text

STALE_SECONDS = 600.0
"""The feed is written about once a minute: when it is older than this, nobody writes it."""

MOST_JOBS = 50_000
MOST_NODES_LISTED = 100_000
MOST_STATES = 40
MOST_NOTICES = 20
LONGEST_STATE = 60

UNREADABLE_SHARE = 20
"""If more than one in so many can't be read, the feed has another form than the one known here."""


def parse_activity(machine: str, content: bytes, now: float) -> Activity:
    """Read a machine's feed.

    Args:
        machine: the machine's name in lower case.
        content: the feed as it was served.
        now: the time, in seconds since the epoch.

    Raises:
        ActivityUnknown: it is no feed, or not one that can be trusted.
    """
    feed = _document(content)
    if feed.get("maint") in (True, 1, "true", "True"):
        return _in_maintenance(machine, feed, now)
    updated = moment(feed.get("updated"))
    if updated is None:
        raise ActivityUnknown("the feed does not tell when it was written")
    if updated > now + STALE_SECONDS:
        raise ActivityUnknown("the feed claims to be written in the future")
    jobs = JobReader(updated)
    running = jobs.started(_listed(feed, "running"), _listed(feed, "starting", required=False))
    queued = jobs.waiting(_listed(feed, "queued"))
    _trusted(jobs.unreadable, jobs.seen, "jobs")
    return Activity(
        machine,
        updated,
        running=running,
        queued=queued,
        reservations=_reservations(feed.get("reservation"), updated),
        node_states=_node_states(feed.get("nodeinfo")),
        notices=_notices(feed.get("motd_info")),
    )


def check_current(activity: Activity, now: float) -> None:
    """Check that what was read is still true enough.

    A maintenance that is not over counts however old the feed is: nothing happens that it could tell.

    Raises:
        ActivityUnknown: the feed is stale.
    """
    age = now - activity.updated
    lasting = activity.maintenance and (activity.maintenance.end or 0.0) > now
    if age > STALE_SECONDS and not lasting:
        since = datetime.fromtimestamp(activity.updated, UTC)
        raise ActivityUnknown(f"the feed has not been updated since {since:%Y-%m-%d %H:%M} UTC")


def _document(content: bytes) -> Mapping[str, Any]:
    if content.lstrip()[:1] == b"<":
        raise ActivityUnknown("there is a web page in the feed's place")
    try:
        feed = from_json(content)
    except ValueError:
        raise ActivityUnknown("the feed is not valid JSON") from None
    if not isinstance(feed, dict):
        raise ActivityUnknown("the feed has an unknown form")
    return feed


def _in_maintenance(machine: str, feed: Mapping[str, Any], now: float) -> Activity:
    updated, start, end = (_plausible(moment(feed.get(name))) for name in ("updated", "start", "end"))
    if start is not None and end is not None and end < start:
        start = end = None
    written = now if updated is None or updated > now else updated
    notices = _notices(feed.get("motd_info"))
    return Activity(machine, written, maintenance=Maintenance(start, end), notices=notices)


def _plausible(time: float | None) -> float | None:
    """The time, if it lies within the years that a date can tell."""
    return time if time is not None and time < 253_402_300_800 else None  # the year 10000


def _listed(feed: Mapping[str, Any], name: str, *, required: bool = True) -> list[Any]:
    jobs = feed.get(name)
    if jobs is None and not required:
        return []
    if not isinstance(jobs, list):
        raise ActivityUnknown(f"the feed has no list of {name} jobs")
    if len(jobs) > MOST_JOBS:
        raise ActivityUnknown(f"the feed lists {len(jobs)} {name} jobs, which can't be right")
    return jobs


def _trusted(unreadable: int, seen: int, what: str) -> None:
    if unreadable * UNREADABLE_SHARE > seen:
        raise ActivityUnknown(f"{unreadable} of {seen} {what} in the feed can't be read")


def _node_states(nodes: Any) -> Mapping[str, int] | None:
    if nodes is None:
        return None
    if not isinstance(nodes, dict) or len(nodes) > MOST_NODES_LISTED:
        raise ActivityUnknown("the feed's list of nodes can't be read")
    states = Counter(map(_state, nodes.values()))
    _trusted(states.pop("", 0), len(nodes), "nodes")
    if len(states) > MOST_STATES:
        raise ActivityUnknown(f"the feed tells of {len(states)} different states of nodes")
    return dict(states)


def _state(node: Any) -> str:
    """The state of a node; an empty text if it can't be read."""
    state = text(node.get("state") if isinstance(node, dict) else node).lower()
    return state if state.isprintable() and len(state) <= LONGEST_STATE else ""


def _reservations(told: Any, now: float) -> tuple[Reservation, ...]:
    """The reservations that can be read, the next first; their fields are not documented at all."""
    listed = list(told.values()) if isinstance(told, dict) else told if isinstance(told, list) else []
    read = (_reservation(one) for one in listed[:MOST_JOBS] if isinstance(one, dict))
    lasting = (one for one in read if one and (one.end is None or one.end > now))
    return tuple(sorted(lasting, key=lambda one: (one.start, one.name)))


def _reservation(fields: Mapping[str, Any]) -> Reservation | None:
    name = text(first(fields, "name", "reserve_name", "Reserve_Name", "resv_name", "queue", "resvid", "id"))
    start = _plausible(moment(first(fields, "start", "reserve_start", "start_time", "starttime")))
    if not name or start is None:
        return None
    end = _plausible(moment(first(fields, "end", "reserve_end", "end_time", "endtime")))
    if end is None:
        length = seconds(first(fields, "duration", "reserve_duration", "durationf"))
        end = None if length is None else _plausible(start + length)
    if end is not None and end <= start:
        return None
    taken = first(fields, "nodes", "node_count", "nodect", "resv_nodes", "location")
    nodes = len(node_names(taken)) or None if number(taken) is None else node_count(taken)
    return Reservation(name, start, end, nodes)


def _notices(told: Any) -> tuple[str, ...]:
    """The messages of the day, which are objects with a ``message``, or texts."""
    listed = told[:MOST_NOTICES] if isinstance(told, list) else []
    texts = (text(one.get("message") if isinstance(one, dict) else one) for one in listed)
    return tuple(one for one in texts if one)
