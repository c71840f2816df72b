"""Facility and status: public, answered without a token."""

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
    """What the facility is and how its resources are."""

    async def get_facility(self, *, modified_since: datetime | None = None) -> FacilityInfo:
        """The facility itself."""
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
        """The places of the facility."""
        query = {
            "name": name,
            "short_name": short_name,
            "modified_since": wire_time(modified_since),
            "offset": offset,
            "limit": limit,
        }
        return await self._many(op.LIST_SITES, Site, query=query)

    async def get_site(self, site_id: str, *, modified_since: datetime | None = None) -> Site:
        """One place of the facility."""
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
        """Machines, filesystems and services; ``name`` is matched exactly, case included."""
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
        """One machine, filesystem or service."""
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
        """Outages, maintenances and reservations. ALCF answers an empty list with 404; here it is empty."""
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
        """One outage, maintenance or reservation."""
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
        """The status changes of resources. ALCF answers an empty list with 404; here it is empty."""
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
        """One status change."""
        return await self._one(op.GET_EVENT, Event, event_id)
