"""The routes of projects and allocations."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alcf_mcp.local.accounts import Accounts, MachineAllocation, MachineCapability, stable_id
from alcf_mcp.local.catalog import Grant
from alcf_mcp.local.requests import PageQuery, Query, Since, read_query, secured
from alcf_mcp.local.routes.wire import found, timestamp, uri


class CapabilityQuery(PageQuery, Since):
    """Selects capabilities."""

    name: str | None = None


class AccountRoutes:
    """Serves the routes of projects and allocations.

    Args:
        accounts: the projects and their allocations.
        username: the facility's one user, a member of all projects.
        created: when the facility was set up, in seconds since the epoch.
        token: the bearer token; capabilities are public.
    """

    def __init__(self, accounts: Accounts, *, username: str, created: float, token: SecretStr) -> None:
        self._accounts = accounts
        self._username = username
        self._created = created
        self._token = token

    def routes(self) -> list[Route]:
        """The routes."""
        allocations = "/account/projects/{project_id}/project_allocations"
        shares = allocations + "/{allocation_id}/user_allocations"
        closed = {
            "/account/projects": self._projects,
            "/account/projects/{project_id}": self._project,
            allocations: self._allocations,
            allocations + "/{allocation_id}": self._allocation,
            shares: self._shares,
            shares + "/{share_id}": self._share,
        }
        return [
            Route("/account/capabilities", self._capabilities),
            Route("/account/capabilities/{capability_id}", self._capability),
            *(Route(path, secured(endpoint, self._token)) for path, endpoint in closed.items()),
        ]

    async def _capabilities(self, request: Request) -> Response:
        query = read_query(request, CapabilityQuery)
        wanted = [
            capability
            for capability in self._accounts.capabilities
            if query.name in (None, capability.name) and query.includes(self._created)
        ]
        return JSONResponse([self._capability_json(request, c) for c in query.cut(wanted)])

    async def _capability(self, request: Request) -> Response:
        read_query(request, Since)
        capability_id = request.path_params["capability_id"]
        capability = next((c for c in self._accounts.capabilities if c.id == capability_id), None)
        return JSONResponse(self._capability_json(request, found(capability, capability_id)))

    async def _projects(self, request: Request) -> Response:
        read_query(request, Query)
        return JSONResponse([self._project_json(request, p) for p in self._accounts.projects])

    async def _project(self, request: Request) -> Response:
        read_query(request, Query)
        return JSONResponse(self._project_json(request, self._find_project(request)))

    async def _allocations(self, request: Request) -> Response:
        read_query(request, Query)
        allocations = await self._accounts.allocations(self._find_project(request))
        return JSONResponse([_allocation_json(request, a) for a in allocations])

    async def _allocation(self, request: Request) -> Response:
        read_query(request, Query)
        return JSONResponse(_allocation_json(request, await self._find_allocation(request)))

    async def _shares(self, request: Request) -> Response:
        read_query(request, Query)
        return JSONResponse([self._share_json(request, await self._find_allocation(request))])

    async def _share(self, request: Request) -> Response:
        read_query(request, Query)
        share = self._share_json(request, await self._find_allocation(request))
        share_id = request.path_params["share_id"]
        return JSONResponse(found(share if share["id"] == share_id else None, share_id))

    def _find_project(self, request: Request) -> Grant:
        project_id = request.path_params["project_id"]
        projects = (p for p in self._accounts.projects if _project_id(p) == project_id)
        return found(next(projects, None), project_id)

    async def _find_allocation(self, request: Request) -> MachineAllocation:
        allocation_id = request.path_params["allocation_id"]
        allocations = await self._accounts.allocations(self._find_project(request))
        return found(next((a for a in allocations if a.id == allocation_id), None), allocation_id)

    def _capability_json(self, request: Request, capability: MachineCapability) -> dict[str, Any]:
        return {
            "id": capability.id,
            "name": capability.name,
            "description": capability.description,
            "last_modified": timestamp(self._created),
            "units": [capability.unit],
            "self_uri": _capability_uri(request, capability),
        }

    def _project_json(self, request: Request, project: Grant) -> dict[str, Any]:
        return {
            "id": _project_id(project),
            "name": project.name,
            "description": project.description,
            "user_ids": [self._username],
            "last_modified": timestamp(self._created),
            "self_uri": _project_uri(request, project),
        }

    def _share_json(self, request: Request, allocation: MachineAllocation) -> dict[str, Any]:
        return {
            "id": stable_id("share", allocation.id, self._username),
            "user_id": self._username,
            "entries": [_entry(allocation)],
            "project_allocation_uri": _allocation_uri(request, allocation),
        }


def _allocation_json(request: Request, allocation: MachineAllocation) -> dict[str, Any]:
    return {
        "id": allocation.id,
        "entries": [_entry(allocation)],
        "project_uri": _project_uri(request, allocation.project),
        "capability_uri": _capability_uri(request, allocation.capability),
    }


def _entry(allocation: MachineAllocation) -> dict[str, Any]:
    return {
        "allocation": allocation.granted,
        "usage": allocation.used,
        "unit": allocation.capability.unit,
    }


def _project_id(project: Grant) -> str:
    return stable_id("project", project.name)


def _project_uri(request: Request, project: Grant) -> str:
    return uri(request, "account", "projects", _project_id(project))


def _allocation_uri(request: Request, allocation: MachineAllocation) -> str:
    return f"{_project_uri(request, allocation.project)}/project_allocations/{allocation.id}"


def _capability_uri(request: Request, capability: MachineCapability) -> str:
    return uri(request, "account", "capabilities", capability.id)
