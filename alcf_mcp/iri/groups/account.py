"""Projects, allocations and what can be allocated."""

from __future__ import annotations

from datetime import datetime

from alcf_mcp.iri import operations as op
from alcf_mcp.iri.calls import Calls, wire_time
from alcf_mcp.iri.models import Capability, Project, ProjectAllocation, UserAllocation


class AccountOperations(Calls):
    """What the signed-in user may charge; an empty list is a valid response."""

    async def list_capabilities(
        self,
        *,
        name: str | None = None,
        modified_since: datetime | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> list[Capability]:
        """List what can be allocated at this facility."""
        query = {
            "name": name,
            "modified_since": wire_time(modified_since),
            "offset": offset,
            "limit": limit,
        }
        return await self._many(op.LIST_CAPABILITIES, Capability, query=query, empty_is_404=True)

    async def get_capability(self, capability_id: str) -> Capability:
        """Get one capability: something that can be allocated."""
        return await self._one(op.GET_CAPABILITY, Capability, capability_id)

    async def list_projects(self) -> list[Project]:
        """List the projects that the user is a member of."""
        return await self._many(op.LIST_PROJECTS, Project)

    async def get_project(self, project_id: str) -> Project:
        """Get one project."""
        return await self._one(op.GET_PROJECT, Project, project_id)

    async def list_project_allocations(self, project_id: str) -> list[ProjectAllocation]:
        """List what a project may use, and has used, of each capability."""
        return await self._many(op.LIST_PROJECT_ALLOCATIONS, ProjectAllocation, project_id)

    async def get_project_allocation(self, project_id: str, allocation_id: str) -> ProjectAllocation:
        """Get what a project may use, and has used, of one capability."""
        return await self._one(op.GET_PROJECT_ALLOCATION, ProjectAllocation, project_id, allocation_id)

    async def list_user_allocations(self, project_id: str, allocation_id: str) -> list[UserAllocation]:
        """List the members' shares of a project's allocation."""
        return await self._many(op.LIST_USER_ALLOCATIONS, UserAllocation, project_id, allocation_id)

    async def get_user_allocation(
        self, project_id: str, allocation_id: str, user_allocation_id: str
    ) -> UserAllocation:
        """Get one member's share of a project's allocation."""
        return await self._one(
            op.GET_USER_ALLOCATION, UserAllocation, project_id, allocation_id, user_allocation_id
        )
