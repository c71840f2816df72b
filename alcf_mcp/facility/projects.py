"""The person's projects, and what is left of their allocations."""

from __future__ import annotations

from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.models import Resource


class Projects:
    """The projects of one facility."""

    def __init__(self, iri: IRIClient) -> None:
        self._iri = iri

    async def left_on(self, account: str, machine: Resource) -> float | None:
        """The node hours that a project has left on a machine; ``None`` where the facility tells none."""
        projects = await self._iri.list_projects()
        project = next((p for p in projects if p.name.casefold() == account.casefold()), None)
        if project is None:
            return None
        grants = await self._iri.list_project_allocations(project.id)
        here = {uri.rstrip("/").rpartition("/")[2] for uri in machine.capability_uris}
        entries = [
            entry
            for grant in grants
            if grant.capability_uri.rstrip("/").rpartition("/")[2] in here
            for entry in grant.entries
            if entry.unit == "node_hours"
        ]
        return sum(entry.allocation - entry.usage for entry in entries) if entries else None
