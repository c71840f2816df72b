"""Projects and what is left of their allocations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from alcf_mcp.facility import Facility
from alcf_mcp.iri import models
from alcf_mcp.iri.errors import InvalidCall, IRIError
from alcf_mcp.tools.app import AtFacility
from alcf_mcp.tools.arguments import Id
from alcf_mcp.tools.declare import tool
from alcf_mcp.tools.results import Facts, Result
from alcf_mcp.tools.text import count, id_in, one_line


class Allocation(Facts):
    """What a project was granted of one thing, has used, and has left, in ``unit``."""

    of: str
    unit: str
    granted: float
    used: float
    left: float
    used_percent: float | None = None

    def line(self) -> str:
        """The allocation on one line."""
        share = "" if self.used_percent is None else f" ({self.used_percent:g} % used)"
        unit = self.unit.replace("_", " ")
        return f"{self.of}: {self.left:,.6g} of {self.granted:,.6g} {unit} left{share}"


class ProjectInfo(Result):
    """A project; its name is the account that jobs are charged to."""

    name: str
    id: str
    description: str | None = None
    members: int | None = None
    allocations: list[Allocation] | None = None
    note: str | None = None

    def text(self) -> str:
        """The project, and an allocation a line."""
        members = "" if self.members is None else f", {count(self.members, 'member')}"
        lines = [f"{self.name}{members}", self.description, *(a.line() for a in self.allocations or [])]
        return "\n".join(line for line in (*lines, self.note) if line)


class ProjectList(Result):
    """The person's projects."""

    summary: str
    projects: list[ProjectInfo]

    def text(self) -> str:
        """A project a line."""
        about = (f"{p.name}: {p.description}" if p.description else p.name for p in self.projects)
        return "\n".join([self.summary, *about])


@tool("List projects")
async def list_projects(
    facility: AtFacility, name: Annotated[str | None, Field(description="Part of the name")] = None
) -> ProjectList:
    """List the person's projects; a project's name is the `account` of a job.

    get_project tells what is left of its allocation.
    """
    wanted = (name or "").casefold()
    found = [p for p in await facility.iri.list_projects() if wanted in p.name.casefold()]
    return ProjectList(summary=count(len(found), "project"), projects=[_info(project) for project in found])


@tool("Show a project")
async def get_project(
    facility: AtFacility, project: Annotated[Id, Field(description="Project name or id")]
) -> ProjectInfo:
    """Show a project and its allocations: granted, used and left, in node hours or bytes."""
    found = await _find(facility, project)
    info = _info(found)
    try:
        grants = await facility.iri.list_project_allocations(found.id)
        names = {c.id: c.name or c.id for c in await facility.iri.list_capabilities(limit=1000)}
    except IRIError as error:
        return info.model_copy(update={"note": f"Its allocations can't be told: {one_line(str(error))}"})
    allocations = [
        _allocation(entry, names.get(id, id))
        for grant in grants
        for id in [id_in(grant.capability_uri)]
        for entry in grant.entries
    ]
    note = None if allocations else "The facility tells of no allocations."
    return info.model_copy(update={"allocations": allocations, "note": note})


async def _find(facility: Facility, project: str) -> models.Project:
    projects = await facility.iri.list_projects()
    for known in projects:
        if project.casefold() in (known.name.casefold(), known.id.casefold()):
            return known
    names = ", ".join(sorted(p.name for p in projects)) or "none"
    raise InvalidCall(f"The person has no project {project!r}", hint=f"The person's projects: {names}.")


def _info(project: models.Project) -> ProjectInfo:
    return ProjectInfo(
        name=one_line(project.name) or project.id,
        id=project.id,
        description=one_line(project.description) or None,
        members=len(project.user_ids) or None,
    )


def _allocation(entry: models.AllocationEntry, of: str) -> Allocation:
    percent = round(100 * entry.usage / entry.allocation, 1) if entry.allocation > 0 else None
    left = round(entry.allocation - entry.usage, 4)
    return Allocation(
        of=one_line(of),
        unit=entry.unit,
        granted=entry.allocation,
        used=round(entry.usage, 4),
        left=left,
        used_percent=percent,
    )
