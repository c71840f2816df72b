"""Tools for the facility and the status of its resources; they need no sign-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, PrivateAttr

from alcf_mcp.activity.models import Activity
from alcf_mcp.activity.unknown import NotKnown
from alcf_mcp.facility import Facility
from alcf_mcp.facility.walltime import parse_since
from alcf_mcp.iri import models
from alcf_mcp.iri.errors import IRIError
from alcf_mcp.reports.facts import Facts, Result
from alcf_mcp.reports.machine import MachineActivity, NoActivity, machine_activity, unknown_activity
from alcf_mcp.reports.text import clock, one_line
from alcf_mcp.tools.arguments import Limit, ResourceName, Since
from alcf_mcp.tools.context import AtFacility
from alcf_mcp.tools.incident_results import IncidentList, incident_list
from alcf_mcp.tools.tool import tool
from alcf_mcp.wording import count

NOT_MONITORED = "'unknown' is normal where nothing reports a status (Eagle, Home); it does not mean down."


class ResourceStatus(Result):
    """A resource and its status."""

    name: str
    type: str
    status: str
    id: str
    group: str | None = None
    description: str | None = None
    last_modified: datetime | None = None
    activity: str | None = None
    note: str | None = None
    _now: MachineActivity | None = PrivateAttr(None)

    @classmethod
    def of(cls, resource: models.Resource, now: MachineActivity | None = None) -> Self:
        """Make a status from the facility's data.

        Args:
            resource: the facility's data.
            now: what it is doing.
        """
        told = cls(
            name=resource.name or resource.id,
            type=resource.resource_type,
            status=resource.current_status,
            id=resource.id,
            group=resource.group or None,
            description=one_line(resource.description) or None,
            last_modified=resource.last_modified,
            activity=now.phrase() if now else None,
            note=NOT_MONITORED if resource.current_status == "unknown" else None,
        )
        told._now = now
        return told

    def load(self) -> dict[str, Any]:
        """Its nodes and jobs in figures, for views; nothing if they are not known."""
        counts = {"nodes_in_use", "nodes_free", "nodes_down", "running", "queued"}
        return self._now.model_dump(include=counts, exclude_none=True) if self._now else {}

    def line(self) -> str:
        """Name, status, type and activity on one line."""
        activity = f": {self.activity}" if self.activity else ""
        return f"{self.name}: {self.status} ({self.type}){activity}"

    def text(self) -> str:
        """All that is known, one fact per line."""
        facts = [self.line(), self.description, f"id {self.id}", self.group and f"group {self.group}"]
        seen = self.last_modified and f"as of {clock(self.last_modified)}"
        return "\n".join(fact for fact in (*facts, seen, self.note) if fact)


class ResourceReport(ResourceStatus):
    """A resource, its status, and what it is doing."""

    now: MachineActivity | NoActivity | None = None

    def text(self) -> str:
        """All that is known, one fact per line."""
        return "\n".join(part for part in (super().text(), self.now and self.now.text()) if part)

    def drawn(self) -> dict[str, Any]:
        """What it is doing in figures."""
        return self.now.drawn() if self.now else {}


class ResourceList(Result):
    """Resources, those that need attention first."""

    summary: str
    resources: list[ResourceStatus]
    note: str | None = None

    def text(self) -> str:
        """One resource per line."""
        return "\n".join(
            line for line in (self.summary, *(r.line() for r in self.resources), self.note) if line
        )

    def drawn(self) -> dict[str, Any]:
        """How busy the machines are, by their ids."""
        return {"machines": {resource.id: load for resource in self.resources if (load := resource.load())}}


def _status(resource: models.Resource, activities: Mapping[str, Activity | NotKnown]) -> ResourceStatus:
    activity = activities.get(resource.id)
    now = MachineActivity.of(resource.name, activity) if isinstance(activity, Activity) else None
    return ResourceStatus.of(resource, now)


def _unknown(
    resources: Sequence[models.Resource], activities: Mapping[str, Activity | NotKnown]
) -> str | None:
    """Why it is not known what machines are doing, once for all machines with the same reason."""
    machines: dict[str, list[str]] = {}
    for resource in resources:
        if isinstance(activity := activities.get(resource.id), NotKnown):
            machines.setdefault(activity.reason, []).append(resource.name)
    told = [unknown_activity(names, reason) for reason, names in machines.items()]
    return " ".join(told) or None


_ATTENTION = ("down", "degraded", "up", "unknown")


@tool("List machines and filesystems")
async def list_resources(
    facility: AtFacility,
    resource_type: Annotated[models.ResourceType | None, Field(description="Only this type")] = None,
    status: Annotated[models.ResourceStatus | None, Field(description="Only this status")] = None,
    name: Annotated[str | None, Field(description="Part of the name")] = None,
) -> ResourceList:
    """List which machines and filesystems (computers and storage) there are, which are up, and how busy.

    Needs no sign-in.
    """
    wanted = [
        resource
        for resource in await facility.iri.list_resources()
        if resource_type in (None, resource.resource_type)
        and status in (None, resource.current_status)
        and (name or "").casefold() in resource.name.casefold()
    ]
    activities = await facility.weather.of_all(wanted)
    found = [_status(resource, activities) for resource in wanted]
    found.sort(key=lambda r: (_ATTENTION.index(r.status) if r.status in _ATTENTION else 9, r.name))
    by_status = [f"{n} {s}" for s in _ATTENTION if (n := sum(r.status == s for r in found))]
    notes = [next((r.note for r in found if r.note), None), _unknown(wanted, activities)]
    note = " ".join(one for one in notes if one) or None
    listed = [r.model_copy(update={"note": None, "last_modified": None}) for r in found]
    summary = count(len(found), "resource") + (f": {', '.join(by_status)}" if found else " match")
    return ResourceList(summary=summary, resources=listed, note=note)


@tool("Show a machine or filesystem")
async def get_resource(facility: AtFacility, resource: ResourceName) -> ResourceReport:
    """Show how one machine or filesystem, such as Polaris, is doing: available or down, free nodes, queues.

    Needs no sign-in.
    """
    known = await facility.names.find(resource)
    activities = await facility.weather.of_all([known])
    report = ResourceReport.of(await facility.iri.get_resource(known.id))
    if activity := activities.get(known.id):
        now = machine_activity(report.name, activity, facility.weather.queues_of(known))
        return report.model_copy(update={"now": now})
    return report


class SiteReport(Facts):
    """A site of the facility."""

    name: str
    organization: str | None = None
    place: str | None = None


class FacilityReport(Result):
    """The facility."""

    name: str
    short_name: str | None = None
    organization: str | None = None
    description: str | None = None
    support: str | None = None
    sites: list[SiteReport] = []

    def text(self) -> str:
        """One fact per line."""
        short = f" ({self.short_name})" if self.short_name else ""
        support = self.support and f"support: {self.support}"
        lines = [self.name + short, self.description, self.organization, support]
        sites = [", ".join(part for part in (f"site {s.name}", s.place) if part) for s in self.sites]
        return "\n".join(line for line in (*lines, *sites) if line)


@tool("Show the facility")
async def get_facility(facility: AtFacility) -> FacilityReport:
    """Show which facility this is, where it is, and whom to ask for help. Needs no sign-in."""
    about = await facility.iri.get_facility()
    sites = await facility.iri.list_sites()
    return FacilityReport(
        name=about.name or about.id,
        short_name=about.short_name or None,
        organization=about.organization_name or None,
        description=one_line(about.description) or None,
        support=about.support_uri or None,
        sites=[
            SiteReport(
                name=site.name or site.short_name or site.id,
                organization=site.operating_organization or None,
                place=", ".join(
                    p for p in (site.locality_name, site.state_or_province_name, site.country_name) if p
                )
                or None,
            )
            for site in sites
        ],
    )


@tool("List outages and maintenance")
async def list_incidents(
    facility: AtFacility,
    resource: Annotated[str | None, Field(description="Only incidents on this resource")] = None,
    since: Annotated[Since | None, Field(description="Only incidents that end after this")] = None,
    limit: Limit = 10,
) -> IncidentList:
    """List outages and maintenance, ongoing, planned or over.

    Use it when a machine is down or before a long job. Needs no sign-in.
    """
    only = (await facility.names.find(resource)).id if resource else None
    begin = parse_since(since) if since else None
    resources = await _resources_now(facility)
    recorded = await facility.iri.list_incidents(resource_id=only, limit=1000)
    events = await facility.iri.list_events(resource_id=only, limit=1000) if recorded else []
    return incident_list(recorded, events, resources, only=only, since=begin, limit=limit)


async def _resources_now(facility: Facility) -> Sequence[models.Resource]:
    """The resources with their status now, or, if that can't be had, as they were last seen."""
    with suppress(IRIError):
        return await facility.iri.list_resources()
    return await facility.names.all()
