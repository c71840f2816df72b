"""Results of the tool for incidents: what is affected now, and what happened or will happen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal

from alcf_mcp.facility.alcf.status_looks import expected_end, is_look, what_was_seen
from alcf_mcp.iri import models
from alcf_mcp.reports.facts import Facts, Result
from alcf_mcp.reports.text import clock, id_in, one_line
from alcf_mcp.wording import count

_WHEN = ("now", "planned", "over")
_AFFECTED = ("down", "degraded")
EPOCH = datetime.fromtimestamp(0, UTC)


class IncidentEvent(Facts):
    """An event in an incident."""

    at: datetime | None
    status: str
    what: str | None = None


class IncidentInfo(Result):
    """An incident that affects resources."""

    name: str
    type: str
    when: Literal["now", "planned", "over"]
    resolution: str
    start: datetime | None = None
    end: datetime | None = None
    resources: list[str] = []
    description: str | None = None
    events: list[IncidentEvent] = []

    def text(self) -> str:
        """The incident on one line, its events below it."""
        span = f"{clock(self.start)} to {clock(self.end) if self.end else 'an open end'}"
        where = ", ".join(self.resources) or "no resource named"
        head = f"{self.when}: {self.name} ({self.type}, {self.resolution}) on {where}, {span}"
        events = [f"  {clock(e.at)} {e.status} {e.what or ''}".rstrip() for e in self.events]
        about = self.description and f"  {self.description}"
        return "\n".join(line for line in (head, about, *events) if line)


class Affected(Facts):
    """A resource that is down or degraded now."""

    resource: str
    status: str
    since: datetime | None = None
    expected_end: datetime | None = None
    reason: str | None = None

    def line(self) -> str:
        """Since when and until when it is so, and why."""
        since = self.since and f" since {clock(self.since)}"
        until = self.expected_end and f", expected to end {clock(self.expected_end)}"
        why = self.reason and f": {self.reason}"
        return f"{self.resource} is {self.status}{since or ''}{until or ''}{why or ''}"


class IncidentList(Result):
    """What is affected now, and incidents: current ones first, then planned ones, then past ones."""

    affected_now: list[Affected] = []
    summary: str
    incidents: list[IncidentInfo]
    note: str | None = None

    def text(self) -> str:
        """What is affected, then one incident after another."""
        lines = [one.line() for one in self.affected_now]
        lines += [self.summary, *(incident.text() for incident in self.incidents)]
        return "\n".join([*lines, *([self.note] if self.note else [])])


def incident_list(
    recorded: Sequence[models.Incident],
    events: Sequence[models.Event],
    resources: Sequence[models.Resource],
    *,
    only: str | None,
    since: datetime | None,
    limit: int,
) -> IncidentList:
    """Tell incidents apart from the looks that are recorded among them, and say first what is affected now.

    Args:
        recorded: what the facility calls incidents.
        events: their events.
        resources: the resources with their status now.
        only: the id of the one resource that is asked about.
        since: leave out what ended before.
        limit: the maximum number of incidents to list.
    """
    names = {resource.id: resource.name for resource in resources}
    real = [one for one in recorded if not is_look(one)]
    infos = [
        _incident(one, names, events) for one in real if since is None or one.end is None or one.end >= since
    ]
    infos.sort(key=_nearest_first)
    counts = ", ".join(f"{n} {when}" for when in _WHEN if (n := sum(info.when == when for info in infos)))
    cut = f"; the first {limit} are shown" if limit < len(infos) else ""
    affected = sorted(
        (one for one in resources if one.current_status in _AFFECTED and only in (None, one.id)),
        key=lambda one: (_AFFECTED.index(one.current_status), one.name),
    )
    return IncidentList(
        affected_now=[_affected(resource, events, real) for resource in affected],
        summary=count(len(infos), "incident") + (f": {counts}{cut}" if infos else ""),
        incidents=infos[:limit],
        note=_looks_left_out(len(recorded) - len(real)),
    )


def _looks_left_out(number: int) -> str | None:
    if not number:
        return None
    looks = f"{count(number, 'look')} at the status of resources"
    return (
        f"{looks}, which the facility also records as incidents, {'is' if number == 1 else 'are'} left out."
    )


def _affected(
    resource: models.Resource, events: Iterable[models.Event], incidents: Iterable[models.Incident]
) -> Affected:
    """Why a resource is affected and until when, by its latest event and by the incidents that go on."""
    mine = [event for event in events if id_in(event.resource_uri) == resource.id]
    last = max(mine, key=lambda event: event.occurred_at or EPOCH, default=None)
    told = last if last and last.status == resource.current_status else None
    reason = what_was_seen(told, resource.name) if told else ""
    now = [one for one in incidents if _when(one) == "now" and resource.id in map(id_in, one.resource_uris)]
    ends = [end for one in now if (end := one.end)]
    return Affected(
        resource=resource.name or resource.id,
        status=resource.current_status,
        since=(told.occurred_at if told else None) or resource.last_modified,
        expected_end=expected_end(reason) or max(ends, default=None),
        reason=one_line(reason or ", ".join(one.name for one in now)) or None,
    )


def _incident(
    incident: models.Incident, names: dict[str, str], events: Iterable[models.Event]
) -> IncidentInfo:
    mine = [event for event in events if id_in(event.incident_uri) == incident.id]
    return IncidentInfo(
        name=incident.name or incident.id,
        type=incident.type or "incident",
        when=_when(incident),
        resolution=incident.resolution or "unknown",
        start=incident.start,
        end=incident.end,
        resources=[names.get(id_in(uri), id_in(uri)) for uri in incident.resource_uris],
        description=one_line(incident.description) or None,
        events=[
            IncidentEvent(at=e.occurred_at, status=e.status, what=one_line(e.description or e.name) or None)
            for e in sorted(mine, key=lambda e: e.occurred_at or EPOCH)
        ],
    )


def _nearest_first(info: IncidentInfo) -> tuple[int, float]:
    began = info.start.timestamp() if info.start else 0.0
    return _WHEN.index(info.when), began if info.when == "planned" else -began


def _when(incident: models.Incident) -> Literal["now", "planned", "over"]:
    now = datetime.now(UTC)
    if incident.resolution in ("completed", "cancelled") or (incident.end and incident.end < now):
        return "over"
    return "planned" if incident.start and incident.start > now else "now"
