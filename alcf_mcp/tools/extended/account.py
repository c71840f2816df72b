"""Tools for what can be allocated at the facility, and how a project's members share it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from alcf_mcp.facility.projects import Share
from alcf_mcp.iri import models
from alcf_mcp.reports.facts import Facts, Result
from alcf_mcp.reports.projects import what_is_left
from alcf_mcp.tools.arguments import Id, Limit, Offset
from alcf_mcp.tools.context import AtFacility
from alcf_mcp.tools.tool import tool
from alcf_mcp.wording import count


class CapabilityInfo(Facts):
    """Something that can be allocated, and the units it is counted in."""

    name: str
    id: str
    description: str | None = None
    units: list[str] | None = None

    @classmethod
    def of(cls, capability: models.Capability) -> CapabilityInfo:
        """Make it from the facility's data."""
        return cls(
            name=capability.name or capability.id,
            id=capability.id,
            description=capability.description or None,
            units=[unit.replace("_", " ") for unit in capability.units] or None,
        )

    def line(self) -> str:
        """The capability on one line."""
        units = f" in {', '.join(self.units)}" if self.units else ""
        return f"{self.name}{units}" + (f": {self.description}" if self.description else "")


class CapabilityList(Result):
    """What can be allocated."""

    summary: str
    capabilities: list[CapabilityInfo]

    def text(self) -> str:
        """One capability per line."""
        return "\n".join((self.summary, *(capability.line() for capability in self.capabilities)))


@tool("List what can be allocated")
async def list_capabilities(
    facility: AtFacility,
    name: Annotated[str | None, Field(description="Part of the name", max_length=256)] = None,
) -> CapabilityList:
    """List what projects can be granted at this facility: node hours on a machine, space on a filesystem."""
    found = [
        CapabilityInfo.of(capability)
        for capability in await facility.iri.list_capabilities(limit=1000)
        if (name or "").casefold() in capability.name.casefold()
    ]
    return CapabilityList(summary=count(len(found), "capability"), capabilities=found)


class ShareInfo(Facts):
    """What one member may use of one allocation of a project, and has used."""

    user: str
    of: str
    unit: str
    granted: float
    used: float
    balance: str

    @classmethod
    def tell(cls, share: Share) -> ShareInfo:
        """Describe a share."""
        known = share.allocation
        amount = known.amount
        return cls(
            user=share.user,
            of=known.of,
            unit=amount.unit,
            granted=amount.granted,
            used=amount.used,
            balance=what_is_left(known),
        )


class ShareList(Result):
    """The members' shares of a project's allocations."""

    summary: str
    total: int
    shares: list[ShareInfo]
    next_step: str | None = None

    def text(self) -> str:
        """One share per line."""
        lines = (f"{share.user} on {share.of}: {share.balance}" for share in self.shares)
        return "\n".join(line for line in (self.summary, *lines, self.next_step) if line)


@tool("List members' shares")
async def list_user_allocations(
    facility: AtFacility,
    project: Annotated[Id, Field(description="Project name or id")],
    limit: Limit = 100,
    offset: Offset = 0,
) -> ShareList:
    """List who in a project used how much of its allocations, and may use."""
    known = await facility.projects.find(project)
    shares = await facility.projects.shares(known)
    shown = shares[offset : offset + limit]
    rest = len(shares) - offset - len(shown)
    return ShareList(
        summary=f"{known.name}: {count(len(shares), 'share')}",
        total=len(shares),
        shares=[ShareInfo.tell(share) for share in shown],
        next_step=f"{rest} more: call again with offset={offset + len(shown)}." if rest > 0 else None,
    )
