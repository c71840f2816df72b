"""Tools for projects and what is left of their allocations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from alcf_mcp.reports.projects import ProjectInfo, ProjectList, listed_projects, reported_project
from alcf_mcp.tools.arguments import Id
from alcf_mcp.tools.context import AtFacility
from alcf_mcp.tools.tool import tool


@tool("List the user's projects")
async def list_projects(
    facility: AtFacility, name: Annotated[str | None, Field(description="Part of the name")] = None
) -> ProjectList:
    """List the projects that the user is in and can charge (`account`), and the node hours left in each."""
    return await listed_projects(facility, name, alone="get_project looks up this one")


@tool("Show a project's allocations")
async def get_project(
    facility: AtFacility, project: Annotated[Id, Field(description="Project name or id")]
) -> ProjectInfo:
    """Show one project's allocations on each machine and filesystem: granted, used, left, and until when."""
    return await reported_project(facility, project)
