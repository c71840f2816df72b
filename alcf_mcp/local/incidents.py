"""What the status service records: conditions, incidents and their events."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from alcf_mcp.local.catalog import HOUR, ResourceRecord

DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Condition:
    """A resource's current status (``up``, ``down``, ``degraded`` or ``unknown``) and when it was set."""

    status: str
    last_modified: float


@dataclass(frozen=True, slots=True)
class ScheduledIncident:
    """Something that affects resources for a while; ``end`` is ``None`` while it is unknown.

    Times are in seconds since the epoch; the other values are the standard's terms.
    """

    id: str
    name: str
    description: str
    status: str
    type: str
    resolution: str
    start: float
    end: float | None
    last_modified: float
    resource_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusChange:
    """The moment when a resource changed its status."""

    id: str
    incident_id: str | None
    resource_id: str
    name: str
    description: str
    status: str
    occurred_at: float


def maintenances(
    affected: tuple[ResourceRecord, ...], now: float
) -> tuple[list[ScheduledIncident], list[StatusChange]]:
    """A past maintenance with its events, and a planned one."""
    ids = tuple(record.id for record in affected)
    past = ScheduledIncident(
        str(uuid.uuid4()),
        "Scheduled maintenance",
        "Quarterly maintenance of the machines",
        "up",
        "planned",
        "completed",
        now - 14 * DAY,
        now - 14 * DAY + 8 * HOUR,
        now - 14 * DAY + 8 * HOUR,
        ids,
    )
    planned = ScheduledIncident(
        str(uuid.uuid4()),
        "Planned maintenance",
        "The machines will be down for a software update; queued jobs wait",
        "down",
        "planned",
        "pending",
        now + 6 * DAY,
        now + 6 * DAY + 8 * HOUR,
        now,
        ids,
    )
    changes = [
        StatusChange(str(uuid.uuid4()), past.id, record.id, f"{record.name} is {status}", "", status, moment)
        for record in affected
        for status, moment in (("down", past.start), ("up", past.start + 8 * HOUR))
    ]
    return [past, planned], changes


def status_look(
    record: ResourceRecord, status: str, now: float, said: str = ""
) -> tuple[ScheduledIncident, StatusChange]:
    """A look at a resource that found its status changed, as ALCF records it: an incident without a length.

    Source: ALCF's deployment of the API, 2026-04.

    Args:
        record: the resource.
        status: its status now.
        now: the time, in seconds since the epoch.
        said: what the look saw; by default what ALCF's says with that status.
    """
    id = str(uuid.uuid4())
    look = ScheduledIncident(
        id,
        f"{record.name} activity fetch",
        f"Parsed the activity.json data for {record.name}",
        status,
        "unplanned" if status == "unknown" else "planned",
        "completed",
        now,
        round(now + 0.2, 3),
        now,
        (record.id,),
    )
    saw = f"{record.name}: {said or _seen_as(status, now)}."
    return look, StatusChange(str(uuid.uuid4()), id, record.id, f"{record.name} activity", saw, status, now)


def _seen_as(status: str, now: float) -> str:
    if status == "up":
        return "resource is up and running"
    if status == "down":
        end = datetime.fromtimestamp(now + 8 * HOUR, UTC)
        return f"maintenance with expected end on {end:%B %d, %Y at %I:%M %p} UTC"
    return "could not extract status information from activity.json"


def earlier_looks(
    affected: Iterable[ResourceRecord], now: float
) -> list[tuple[ScheduledIncident, StatusChange]]:
    """The looks of the last days: a machine was in maintenance, then nothing was seen, then it was up."""
    return [
        status_look(record, status, now - age)
        for record in affected
        for status, age in (("down", 3 * DAY), ("unknown", 2 * DAY), ("up", 2 * DAY - HOUR))
    ]
