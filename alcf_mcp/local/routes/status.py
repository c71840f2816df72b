"""The routes of resources, incidents and events, which are public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alcf_mcp.local.accounts import Accounts
from alcf_mcp.local.catalog import SITE_ID, ResourceRecord
from alcf_mcp.local.condition import FacilityCondition
from alcf_mcp.local.incidents import Condition, ScheduledIncident, StatusChange
from alcf_mcp.local.problems import Problem
from alcf_mcp.local.requests import Moment, PageQuery, Query, Since, read_query
from alcf_mcp.local.routes.wire import found, resource_uri, timestamp, uri

Status = Literal["up", "down", "degraded", "unknown"]


class ResourceQuery(PageQuery, Since):
    """Selects resources; names are exact and case-sensitive."""

    name: str | None = Field(default=None, min_length=1)
    description: str | None = Field(default=None, min_length=1)
    group: str | None = Field(default=None, min_length=1)
    resource_type: (
        Literal["website", "service", "compute", "system", "storage", "network", "unknown"] | None
    ) = None
    current_status: Status | None = None
    capability: list[Literal["node_hours", "bytes", "inodes"]] = []


class PeriodQuery(PageQuery, Since):
    """The filters that the lists of incidents and of events share."""

    name: str | None = Field(default=None, min_length=1)
    description: str | None = Field(default=None, min_length=1)
    status: Status | None = None
    start: Moment | None = Field(default=None, alias="from")
    time: Moment | None = None
    to: Moment | None = None
    resource_id: str | None = Field(default=None, min_length=1)

    def overlaps(self, start: float, end: float) -> bool:
        """Whether a period overlaps the requested period."""
        return (
            (self.start is None or end >= self.start.timestamp())
            and (self.to is None or start <= self.to.timestamp())
            and (self.time is None or start <= self.time.timestamp() <= end)
        )


class IncidentQuery(PeriodQuery):
    """Selects incidents."""

    type: Literal["planned", "unplanned", "reservation"] | None = None
    resolution: Literal["unresolved", "cancelled", "completed", "extended", "pending"] | None = None


class EventQuery(PeriodQuery):
    """Selects events."""

    incident_id: str | None = Field(default=None, min_length=1)


class StatusRoutes:
    """Serves the routes of resources, incidents and events.

    Args:
        records: the facility's resources.
        condition: their condition.
        accounts: the capabilities that resources have.
        clock: the time, in seconds since the epoch.
        empty_is_missing: respond with 404 instead of an empty list of incidents or events, as ALCF does
            (its deployment of the API, 2026-08).
    """

    def __init__(
        self,
        records: tuple[ResourceRecord, ...],
        condition: FacilityCondition,
        accounts: Accounts,
        clock: Callable[[], float],
        *,
        empty_is_missing: bool,
    ) -> None:
        self._records = records
        self._condition = condition
        self._accounts = accounts
        self._clock = clock
        self._empty_is_missing = empty_is_missing

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/status/resources", self._resources),
            Route("/status/resources/{resource_id}", self._resource),
            Route("/status/incidents", self._incidents),
            Route("/status/incidents/{incident_id}", self._incident),
            Route("/status/events", self._events),
            Route("/status/events/{event_id}", self._event),
        ]

    async def _resources(self, request: Request) -> Response:
        query = read_query(request, ResourceQuery)
        conditions = await self._condition.conditions()
        units = {capability.resource_id: capability.unit for capability in self._accounts.capabilities}
        records = [
            record
            for record in self._records
            if query.name in (None, record.name)
            and query.group in (None, record.group)
            and query.resource_type in (None, record.resource_type)
            and query.current_status in (None, conditions[record.id].status)
            and (query.description or "") in record.description
            and (not query.capability or units.get(record.id) in query.capability)
            and query.includes(conditions[record.id].last_modified)
        ]
        return JSONResponse(
            [self._resource_json(request, record, conditions[record.id]) for record in query.cut(records)]
        )

    async def _resource(self, request: Request) -> Response:
        read_query(request, Query)
        resource_id = request.path_params["resource_id"]
        record = found(next((r for r in self._records if r.id == resource_id), None), resource_id)
        conditions = await self._condition.conditions()
        return JSONResponse(self._resource_json(request, record, conditions[record.id]))

    def _resource_json(
        self, request: Request, record: ResourceRecord, condition: Condition
    ) -> dict[str, Any]:
        return {
            "id": record.id,
            "name": record.name,
            "description": record.description,
            "last_modified": timestamp(condition.last_modified),
            "group": record.group,
            "current_status": condition.status,
            "resource_type": record.resource_type,
            "self_uri": resource_uri(request, record.id),
            "site_uri": uri(request, "facility", "sites", SITE_ID),
            "capability_uris": [
                uri(request, "account", "capabilities", capability.id)
                for capability in self._accounts.capabilities
                if capability.resource_id == record.id
            ],
        }

    async def _incidents(self, request: Request) -> Response:
        query = read_query(request, IncidentQuery)
        events = await self._condition.events()
        wanted = [
            incident
            for incident in await self._condition.incidents()
            if query.name in (None, incident.name)
            and (query.description or "") in incident.description
            and query.status in (None, incident.status)
            and query.type in (None, incident.type)
            and query.resolution in (None, incident.resolution)
            and query.resource_id in (None, *incident.resource_ids)
            and query.includes(incident.last_modified)
            and query.overlaps(incident.start, incident.end or max(incident.start, self._clock()))
        ]
        return self._list("incidents", [_incident_json(request, i, events) for i in query.cut(wanted)])

    async def _incident(self, request: Request) -> Response:
        read_query(request, Query)
        incident_id = request.path_params["incident_id"]
        incidents = await self._condition.incidents()
        incident = found(next((i for i in incidents if i.id == incident_id), None), incident_id)
        return JSONResponse(_incident_json(request, incident, await self._condition.events()))

    async def _events(self, request: Request) -> Response:
        query = read_query(request, EventQuery)
        wanted = [
            event
            for event in await self._condition.events()
            if query.name in (None, event.name)
            and (query.description or "") in event.description
            and query.status in (None, event.status)
            and query.resource_id in (None, event.resource_id)
            and query.incident_id in (None, event.incident_id)
            and query.includes(event.occurred_at)
            and query.overlaps(event.occurred_at, event.occurred_at)
        ]
        return self._list("events", [_event_json(request, event) for event in query.cut(wanted)])

    async def _event(self, request: Request) -> Response:
        read_query(request, Query)
        event_id = request.path_params["event_id"]
        events = await self._condition.events()
        return JSONResponse(
            _event_json(request, found(next((e for e in events if e.id == event_id), None), event_id))
        )

    def _list(self, what: str, items: list[dict[str, Any]]) -> Response:
        if not items and self._empty_is_missing:
            raise Problem(404, f"No {what} found.")
        return JSONResponse(items)


def _incident_uri(request: Request, incident_id: str) -> str:
    return uri(request, "status", "incidents", incident_id)


def _event_uri(request: Request, event_id: str) -> str:
    return uri(request, "status", "events", event_id)


def _incident_json(
    request: Request, incident: ScheduledIncident, events: list[StatusChange]
) -> dict[str, Any]:
    return {
        "id": incident.id,
        "name": incident.name,
        "description": incident.description,
        "last_modified": timestamp(incident.last_modified),
        "status": incident.status,
        "start": timestamp(incident.start),
        "end": None if incident.end is None else timestamp(incident.end),
        "type": incident.type,
        "resolution": incident.resolution,
        "self_uri": _incident_uri(request, incident.id),
        "event_uris": [_event_uri(request, event.id) for event in events if event.incident_id == incident.id],
        "resource_uris": [resource_uri(request, resource_id) for resource_id in incident.resource_ids],
    }


def _event_json(request: Request, event: StatusChange) -> dict[str, Any]:
    return {
        "id": event.id,
        "name": event.name,
        "description": event.description,
        "last_modified": timestamp(event.occurred_at),
        "occurred_at": timestamp(event.occurred_at),
        "status": event.status,
        "self_uri": _event_uri(request, event.id),
        "resource_uri": resource_uri(request, event.resource_id),
        "incident_uri": None if event.incident_id is None else _incident_uri(request, event.incident_id),
    }
