"""Planned jobs as resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alcf_mcp.facility import Facility
from alcf_mcp.resources.declare import resource

if TYPE_CHECKING:
    from alcf_mcp.reports.facts import Result


@resource("alcf://plans/{plan_id}", "A planned job", group="compute")
async def plan(facility: Facility, plan_id: str) -> Result | str:
    """A planned job, such as alcf://plans/plan-3: what it waits for, or what has become of it."""
    from alcf_mcp.tools.compute import get_job  # noqa: PLC0415 - loaded where it is used

    named = plan_id if plan_id.startswith("plan-") else f"plan-{plan_id}"
    return await get_job(facility, named)
