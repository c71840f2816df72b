"""Facility and status: public, no token needed."""

from __future__ import annotations

from datetime import datetime

from alcf_mcp.iri import operations as op
from alcf_mcp.iri.calls import Calls, wire_time
from alcf_mcp.iri.models import (
    Event,
    FacilityInfo,
    Incident,
    IncidentType,
    Resolution,
    Resource,
    ResourceStatus,
    ResourceType,
    Site,
)


class StatusOperations(Calls):
    """The facility itself and the status of its resources."""

    async def get_facility(self, *, modified_since: datetime | None = None) -> FacilityInfo:
        """Get the facility itself."""
        return await self._one(
            op.GET_FACILITY, FacilityInfo, query={"modified_since": wire_time(modified_since)}
        )

    async def list_sites(
        self,
        *,
        name: str | None = None,
        short_name: str | None = None,
        modified_since: datetime | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> list[Site]:
        """List the facility's sites."""
        query = {
            "name": name,
            "short_name": short_name,
            "modified_since": wire_time(modified_since),
            "offset": offset,
            "limit": limit,
        }
        return await self._many(op.LIST_SITES, Site, query=query)

    async def get_site(self, site_id: str, *, modified_since: datetime | None = None) -> Site:
        """Get one of the facility's sites."""
        return await self._one(
            op.GET_SITE, Site, site_id, query={"modified_since": wire_time(modified_since)}
        )

    async def list_resources(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        group: str | None = None,
        resource_type: ResourceType | None = None,
        current_status: ResourceStatus | None = None,
        capability: list[str] | None = None,
        modified_since: datetime | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> list[Resource]:
        """List machines, filesystems and services; ``name`` must match exactly, including case."""
        query = {
            "name": name,
            "description": description,
            "group": group,
            "resource_type": resource_type,
            "current_status": current_status,
            "capability": capability,
            "modified_since": wire_time(modified_since),
            "offset": offset,
            "limit": limit,
        }
        return await self._many(op.LIST_RESOURCES, Resource, query=query, empty_is_404=True)

    async def get_resource(self, resource_id: str) -> Resource:
        """Get one machine, filesystem or service."""
        return await self._one(op.GET_RESOURCE, Resource, resource_id)

    async def list_incidents(
        self,
        *,
        name: str | None = None,
        description: str | None = None,
        status: ResourceStatus | None = None,
        incident_type: IncidentType | None = None,
        resolution: Resolution | None = None,
        resource_id: str | None = None,
        time_from: datetime | None = None,
        time_to: datetime | None = None,
        time: datetime | None = None,
        modified_since: datetime | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> list[Incident]:
        """List outages, maintenances and reservations; ALCF's 404 for an empty list becomes an empty list."""
        query = {
            "name": name,
            "description": description,
            "status": status,
            "type": incident_type,
            "resolution": resolution,
            "resource_id": resource_id,
            "from": wire_time(time_from),
            "to": wire_time(time_to),
            "time": wire_time(time),
            "modified_since": wire_time(modified_since),
            "offset": offset,
            "limit": limit,
        }
        return await self._many(op.LIST_INCIDENTS, Incident, query=query, empty_is_404=True)

    async def get_incident(self, incident_id: str) -> Incident:
        """Get one outage, maintenance or reservation."""
        return await self._one(op.GET_INCIDENT, Incident, incident_id)

    async def list_events(
        self,
        *,
        incident_id: str | None = None,
        resource_id: str | None = None,
        name: str | None = None,
        description: str | None = None,
        status: ResourceStatus | None = None,
        time_from: datetime | None = None,
        time_to: datetime | None = None,
        time: datetime | None = None,
        modified_since: datetime | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> list[Event]:
        """List the status changes of resources; ALCF's 404 for an empty list becomes an empty list."""
        query = {
            "incident_id": incident_id,
            "resource_id": resource_id,
            "name": name,
            "description": description,
            "status": status,
            "from": wire_time(time_from),
            "to": wire_time(time_to),
            "time": wire_time(time),
            "modified_since": wire_time(modified_since),
            "offset": offset,
            "limit": limit,
        }
        return await self._many(op.LIST_EVENTS, Event, query=query, empty_is_404=True)

    async def get_event(self, event_id: str) -> Event:
        """Get one status change."""
        return await self._one(op.GET_EVENT, Event, event_id)
