"""The operations of the IRI Facility API in one table: method, path and properties of each.

The ids, methods and paths are those of the standard's OpenAPI document.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from alcf_mcp.iri.errors import InvalidCall


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API.

    Attributes:
        id: the ``operationId`` in the OpenAPI document.
        method: HTTP method.
        path: path below the base URL, with ``{placeholders}``.
        public: needs no token.
        reads: changes nothing at the facility, whatever its method.
    """

    id: str
    method: str
    path: str
    public: bool = False
    reads: bool = True

    def url_path(self, *ids: str) -> str:
        """Fill the path's placeholders, in order, with percent-encoded ids.

        Raises:
            InvalidCall: an id is empty or would change the path.
        """
        path = self.path
        for value in ids:
            if not value.strip(".") or "/" in value or not _can_be_sent(value):
                raise InvalidCall(
                    f"{value!r} is not an id that the facility could have issued", "Take the id from a list."
                )
            start, end = path.index("{"), path.index("}")
            path = path[:start] + quote(value, safe="") + path[end + 1 :]
        return path


def _can_be_sent(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _public(id: str, path: str) -> Operation:
    return Operation(id, "GET", path, public=True)


GET_FACILITY = _public("getFacility", "/facility")
LIST_SITES = _public("getSites", "/facility/sites")
GET_SITE = _public("getSite", "/facility/sites/{site_id}")

LIST_RESOURCES = _public("getResources", "/status/resources")
GET_RESOURCE = _public("getResource", "/status/resources/{resource_id}")
LIST_INCIDENTS = _public("getIncidents", "/status/incidents")
GET_INCIDENT = _public("getIncident", "/status/incidents/{incident_id}")
LIST_EVENTS = _public("getEventsByIncident", "/status/events")
GET_EVENT = _public("getEventByIncident", "/status/events/{event_id}")

LIST_CAPABILITIES = _public("getCapabilities", "/account/capabilities")
GET_CAPABILITY = _public("getCapability", "/account/capabilities/{capability_id}")
LIST_PROJECTS = Operation("getProjects", "GET", "/account/projects")
GET_PROJECT = Operation("getProject", "GET", "/account/projects/{project_id}")
LIST_PROJECT_ALLOCATIONS = Operation(
    "getProjectAllocationsByProject", "GET", "/account/projects/{project_id}/project_allocations"
)
GET_PROJECT_ALLOCATION = Operation(
    "getProjectAllocationByProject",
    "GET",
    "/account/projects/{project_id}/project_allocations/{project_allocation_id}",
)
LIST_USER_ALLOCATIONS = Operation(
    "getUserAllocationsByProjectAllocation",
    "GET",
    "/account/projects/{project_id}/project_allocations/{project_allocation_id}/user_allocations",
)
GET_USER_ALLOCATION = Operation(
    "getUserAllocationByProjectAllocation",
    "GET",
    "/account/projects/{project_id}/project_allocations/{project_allocation_id}"
    "/user_allocations/{user_allocation_id}",
)

SUBMIT_JOB = Operation("launchJob", "POST", "/compute/job/{resource_id}", reads=False)
UPDATE_JOB = Operation("updateJob", "PUT", "/compute/job/{resource_id}/{job_id}", reads=False)
GET_JOB = Operation("getJob", "GET", "/compute/status/{resource_id}/{job_id}")
LIST_JOBS = Operation("getJobs", "POST", "/compute/status/{resource_id}")
CANCEL_JOB = Operation("cancelJob", "DELETE", "/compute/cancel/{resource_id}/{job_id}", reads=False)

CHMOD = Operation("chmod", "PUT", "/filesystem/chmod/{resource_id}", reads=False)
CHOWN = Operation("chown", "PUT", "/filesystem/chown/{resource_id}", reads=False)
FILE_TYPE = Operation("file", "GET", "/filesystem/file/{resource_id}")
STAT = Operation("stat", "GET", "/filesystem/stat/{resource_id}")
MKDIR = Operation("mkdir", "POST", "/filesystem/mkdir/{resource_id}", reads=False)
SYMLINK = Operation("symlink", "POST", "/filesystem/symlink/{resource_id}", reads=False)
LS = Operation("ls", "GET", "/filesystem/ls/{resource_id}")
HEAD = Operation("head", "GET", "/filesystem/head/{resource_id}")
VIEW = Operation("view", "GET", "/filesystem/view/{resource_id}")
TAIL = Operation("tail", "GET", "/filesystem/tail/{resource_id}")
CHECKSUM = Operation("checksum", "GET", "/filesystem/checksum/{resource_id}")
RM = Operation("rm", "DELETE", "/filesystem/rm/{resource_id}", reads=False)
COMPRESS = Operation("compress", "POST", "/filesystem/compress/{resource_id}", reads=False)
EXTRACT = Operation("extract", "POST", "/filesystem/extract/{resource_id}", reads=False)
MV = Operation("mv", "POST", "/filesystem/mv/{resource_id}", reads=False)
CP = Operation("cp", "POST", "/filesystem/cp/{resource_id}", reads=False)
DOWNLOAD = Operation("download", "GET", "/filesystem/download/{resource_id}")
UPLOAD = Operation("upload", "POST", "/filesystem/upload/{resource_id}", reads=False)

GET_TASK = Operation("getTask", "GET", "/task/{task_id}")
CANCEL_TASK = Operation("deleteTask", "DELETE", "/task/{task_id}", reads=False)
LIST_TASKS = Operation("getTasks", "GET", "/task")

OPERATIONS = {value.id: value for value in list(globals().values()) if isinstance(value, Operation)}
"""All operations, by id."""
