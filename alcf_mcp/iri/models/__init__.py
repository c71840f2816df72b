"""The wire models of the IRI Facility API.

Request models are strict: an unknown field is refused before the facility drops it silently.
Response models are tolerant: unknown fields are kept apart, missing ones have defaults,
and only what identifies an object is required.
"""

from alcf_mcp.iri.models.account import (
    AllocationEntry,
    Capability,
    Project,
    ProjectAllocation,
    UserAllocation,
)
from alcf_mcp.iri.models.base import Incoming, Outgoing, parse_timestamp
from alcf_mcp.iri.models.compute import (
    FINISHED_STATES,
    JOB_STATES,
    Container,
    Job,
    JobAttributes,
    JobSpec,
    JobStatus,
    ResourceSpec,
    VolumeMount,
)
from alcf_mcp.iri.models.filesystem import (
    ChangeMode,
    ChangeOwner,
    Checksum,
    Compress,
    Compression,
    Copy,
    Extract,
    File,
    FileContent,
    FileStat,
    MakeDirectory,
    MakeSymlink,
    Move,
)
from alcf_mcp.iri.models.status import (
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
from alcf_mcp.iri.models.task import ENDED_STATES, Task, TaskCommand, TaskHandle

__all__ = [
    "ENDED_STATES",
    "FINISHED_STATES",
    "JOB_STATES",
    "AllocationEntry",
    "Capability",
    "ChangeMode",
    "ChangeOwner",
    "Checksum",
    "Compress",
    "Compression",
    "Container",
    "Copy",
    "Event",
    "Extract",
    "FacilityInfo",
    "File",
    "FileContent",
    "FileStat",
    "Incident",
    "IncidentType",
    "Incoming",
    "Job",
    "JobAttributes",
    "JobSpec",
    "JobStatus",
    "MakeDirectory",
    "MakeSymlink",
    "Move",
    "Outgoing",
    "Project",
    "ProjectAllocation",
    "Resolution",
    "Resource",
    "ResourceSpec",
    "ResourceStatus",
    "ResourceType",
    "Site",
    "Task",
    "TaskCommand",
    "TaskHandle",
    "UserAllocation",
    "VolumeMount",
    "parse_timestamp",
]
