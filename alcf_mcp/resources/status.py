"""Machines and filesystems as resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alcf_mcp.facility import Facility
from alcf_mcp.resources.declare import resource

if TYPE_CHECKING:
    from alcf_mcp.reports.facts import Result


@resource("alcf://resources", "Machines and filesystems", group="status")
async def resources(facility: Facility) -> Result | str:
    """The facility's machines and filesystems, and whether each is up."""
    from alcf_mcp.tools.status import list_resources  # noqa: PLC0415 - loaded where it is used

    return await list_resources(facility)


@resource(
    "alcf://resources/{name}",
    "A machine or filesystem",
    group="status",
    completions={"name": "resource"},
)
async def one_resource(facility: Facility, name: str) -> Result | str:
    """One machine or filesystem by name: its current status, its type and its id."""
    from alcf_mcp.tools.status import get_resource  # noqa: PLC0415 - loaded where it is used

    return await get_resource(facility, name)


@resource(
    "alcf://machines/{name}",
    "What a machine is doing",
    group="status",
    completions={"name": "machine"},
)
async def machine(facility: Facility, name: str) -> Result | str:
    """What a machine is doing: nodes in use and free, jobs by queue, maintenance and reservations."""
    from alcf_mcp.reports.machine import machine_activity  # noqa: PLC0415 - loaded where it is used

    known = await facility.names.compute(name)
    return machine_activity(known.name, await facility.weather.of(known))
