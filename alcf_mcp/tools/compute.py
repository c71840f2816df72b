"""Jobs: submit, look at, wait for, read, change, cancel."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from alcf_mcp.facility.diagnosis import state_in_words
from alcf_mcp.facility.jobs import KnownJob
from alcf_mcp.facility.jobspec import changed_job, new_job
from alcf_mcp.facility.times import parse_since
from alcf_mcp.iri.errors import IRIError
from alcf_mcp.iri.models import JOB_STATES
from alcf_mcp.tools.app import AtFacility
from alcf_mcp.tools.arguments import JobId, JobResource, Limit, Offset, ResourceName, Since
from alcf_mcp.tools.declare import Risk, tool
from alcf_mcp.tools.job_arguments import JobChanges, NewJob
from alcf_mcp.tools.job_previews import node_count, preview_cancel, preview_submit, preview_update
from alcf_mcp.tools.job_results import (
    JobAction,
    JobList,
    JobReport,
    JobSubmission,
    listing,
    rendered_output,
)
from alcf_mcp.tools.signatures import Spread

State = Annotated[
    Literal["new", "queued", "held", "active", "running", "completed", "failed", "canceled", "done"],
    Field(description="Only jobs in this state; done: ended, however"),
]
STATES_MEANT = {"running": {"active"}, "done": {"completed", "failed", "canceled"}} | {
    s: {s} for s in JOB_STATES
}


@tool("Submit a job", risk=Risk.CHANGES, preview=preview_submit)
async def submit_job(
    facility: AtFacility,
    resource: ResourceName,
    request: Annotated[NewJob, Spread],
    dry_run: Annotated[bool, Field(description="Only show what would be sent")] = False,
) -> JobSubmission:
    """Submit a job to a machine; it is charged to the account as nodes × time used.

    Give the script as it is, without #PBS lines. Output goes to stdout_path and stderr_path, or to
    <job id>.OU and .ER in the directory. Then wait_for_job and get_job_output.
    """
    spec = new_job(request)
    if dry_run:
        machine = await facility.names.compute(resource)
        return JobSubmission.of(machine, spec, job=None, notes=request.remarks())
    known = await facility.job_actions.submit(resource, spec, script=request.script)
    return JobSubmission.of(known.resource, spec, job=known.job, notes=request.remarks())


@tool("List jobs")
async def list_jobs(
    facility: AtFacility,
    resource: Annotated[str | None, Field(description="Only this machine; default: all")] = None,
    state: State | None = None,
    name: Annotated[str | None, Field(description="Part of the job's name")] = None,
    since: Since | None = None,
    include_finished: Annotated[bool, Field(description="Ended jobs too")] = False,
    limit: Limit = 20,
    offset: Offset = 0,
) -> JobList:
    """List the person's jobs on all machines, with counts by state, running ones first.

    Names and times are known for jobs submitted from here; `since` keeps jobs whose time is not known.
    """
    wanted = STATES_MEANT[state] if state else None
    ended_too = include_finished or bool(wanted and wanted & STATES_MEANT["done"])
    found = await facility.jobs.listed(resource, include_finished=ended_too)
    after = parse_since(since) if since else None
    jobs = [known for known in found.jobs if _matches(known, wanted, name, after)]
    return listing(found, jobs, limit=limit, offset=offset)


def _matches(known: KnownJob, states: set[str] | None, name: str | None, after: datetime | None) -> bool:
    if states is not None and known.job.state not in states:
        return False
    if name is not None and name.casefold() not in ((known.spec and known.spec.name) or "").casefold():
        return False
    # A job from elsewhere has no known time: it is kept rather than lost.
    return after is None or known.record is None or known.record.submitted_at >= after


@tool("Show a job")
async def get_job(facility: AtFacility, job_id: JobId, resource: JobResource = None) -> JobReport:
    """Show one job: its state in words, its exit code's meaning, and what was asked for if known."""
    return JobReport.of(await facility.jobs.get(job_id, resource))


@tool("Wait for a job")
async def wait_for_job(
    facility: AtFacility,
    job_id: JobId,
    resource: JobResource = None,
    until: Annotated[Literal["finished", "started"], Field(description="What to wait for")] = "finished",
    timeout_seconds: Annotated[int, Field(ge=1, le=3600, description="Most seconds to wait")] = 45,
) -> JobReport:
    """Wait until a job has ended or started, within one call's time.

    If it takes longer, the answer says so: call again. The job is never touched.
    """
    known = await facility.jobs.get(job_id, resource)
    patience = min(timeout_seconds, facility.wait.left)
    async for known in facility.jobs.follow(known, patience=patience):  # noqa: B020
        reached = known.job.finished or (until == "started" and known.job.state == "active")
        if reached:
            return JobReport.of(known)
        await facility.wait.say(f"job {known.job.id}: {state_in_words(known.job)}")
    return JobReport.of(known, waited_for=until)


@tool("Show a job's output")
async def get_job_output(
    facility: AtFacility,
    job_id: JobId,
    resource: JobResource = None,
    stream: Annotated[Literal["stdout", "stderr", "both"], Field(description="Which output")] = "both",
    tail_lines: Annotated[int, Field(ge=1, le=5000, description="Last lines to show")] = 100,
) -> str:
    """Show the last lines of what a job wrote. At ALCF output appears when the job has ended."""
    known = await facility.jobs.get(job_id, resource)
    streams = ("stdout", "stderr") if stream == "both" else (stream,)
    parts = [await facility.output.tail(known, one, lines=tail_lines) for one in streams]
    return rendered_output(known, parts)


@tool("Change a job", risk=Risk.DESTROYS, repeatable=True, preview=preview_update)
async def update_job(
    facility: AtFacility,
    job_id: JobId,
    changes: Annotated[JobChanges, Spread],
    resource: JobResource = None,
) -> JobAction:
    """Change a job that still waits; give only what changes. Asks the person first."""
    known = await facility.jobs.get(job_id, resource)
    changes = replace(changes, nodes=node_count(known, changes.nodes))
    job = await facility.job_actions.update(known, changed_job(changes))
    return JobAction.of(known, job, "changed")


@tool("Cancel a job", risk=Risk.DESTROYS, repeatable=True, preview=preview_cancel)
async def cancel_job(facility: AtFacility, job_id: JobId, resource: JobResource = None) -> JobAction:
    """Cancel a job that waits or runs; what it has not saved is lost. Asks the person first."""
    known = await facility.jobs.get(job_id, resource)
    await facility.job_actions.cancel(known)
    try:
        known = await facility.jobs.get(known.job.id, known.resource.id)
    except IRIError:  # the cancel was accepted all the same
        return JobAction.of(known, None, "cancel requested")
    return JobAction.of(known, known.job, "cancel requested")
