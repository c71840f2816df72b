"""The facility, its sites, its resources, and what happens to them."""

from __future__ import annotations

from typing import Annotated, Literal

from alcf_mcp.iri.models.base import Incoming, Lenient, Term, Timestamp

ResourceType = Literal["website", "service", "compute", "system", "storage", "network", "unknown"]
ResourceStatus = Literal["up", "down", "degraded", "unknown"]
IncidentType = Literal["planned", "unplanned", "reservation"]
Resolution = Literal["unresolved", "cancelled", "completed", "extended", "pending"]


class Named(Incoming):
    """Fields that every object of the facility has."""

    id: str
    name: str = ""
    description: str = ""
    last_modified: Timestamp = None
    self_uri: str = ""


class FacilityInfo(Named):
    """The facility itself."""

    short_name: str = ""
    organization_name: str = ""
    support_uri: str = ""
    site_uris: list[str] = []


class Site(Named):
    """A place where the facility's resources are located."""

    short_name: str = ""
    operating_organization: str = ""
    country_name: str = ""
    locality_name: str = ""
    state_or_province_name: str = ""
    street_address: str = ""
    unlocode: str = ""
    altitude: Annotated[float | None, Lenient] = None
    latitude: Annotated[float | None, Lenient] = None
    longitude: Annotated[float | None, Lenient] = None
    resource_uris: list[str] = []


class Resource(Named):
    """A machine, a filesystem or a service."""

    group: str = ""
    current_status: Term = "unknown"
    resource_type: Term = "unknown"
    site_uri: str = ""
    capability_uris: list[str] = []


class Incident(Named):
    """Something that affects resources for a time: an outage, a maintenance or a reservation."""

    status: Term = "unknown"
    type: Term = ""
    resolution: Term = ""
    start: Timestamp = None
    end: Timestamp = None
    event_uris: list[str] = []
    resource_uris: list[str] = []


class Event(Named):
    """A moment in an incident: a resource changed its status."""

    status: Term = "unknown"
    occurred_at: Timestamp = None
    resource_uri: str = ""
    incident_uri: str = ""
