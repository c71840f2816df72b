"""Jobs as resources; a client that listens to one is notified when its state changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alcf_mcp.completion.sources import Completed
from alcf_mcp.facility import Facility
from alcf_mcp.resources.declare import TEXT, resource

if TYPE_CHECKING:
    from alcf_mcp.reports.facts import Result

JOB = "alcf://jobs/{resource}/{job_id}"
OUTPUT = f"{JOB}/output"

_COMPLETIONS: dict[str, Completed] = {"resource": "machine", "job_id": "job"}


@resource(JOB, "A job", group="compute", completions=_COMPLETIONS)
async def job(facility: Facility, resource: str, job_id: str) -> Result | str:
    """One job on a machine: its state, what its exit code means, and what was requested."""
    from alcf_mcp.tools.compute import get_job  # noqa: PLC0415 - loaded where it is used

    return await get_job(facility, job_id, resource)


@resource(OUTPUT, "A job's output", group="compute", mime_type=TEXT, completions=_COMPLETIONS)
async def job_output(facility: Facility, resource: str, job_id: str) -> Result | str:
    """The last lines that a job wrote to stdout and stderr."""
    from alcf_mcp.tools.compute import get_job_output  # noqa: PLC0415 - loaded where it is used

    return await get_job_output(facility, job_id, resource)
