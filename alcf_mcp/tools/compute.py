"""Tools for jobs: submit, list, show, wait for, read output, change, cancel."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from alcf_mcp.facility import Facility
from alcf_mcp.facility.jobs.diagnosis import status_in_words
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.jobs.output import StreamOutput
from alcf_mcp.facility.jobs.request import changed_job
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.facility.walltime import parse_since
from alcf_mcp.iri.errors import InvalidCall, IRIError
from alcf_mcp.iri.models import JOB_STATES
from alcf_mcp.tools.arguments import LARGEST, JobId, JobResource, Limit, Offset, ResourceName, Since
from alcf_mcp.tools.context import AtFacility
from alcf_mcp.tools.job_arguments import JobChanges, NewJob
from alcf_mcp.tools.job_list import JobList, listing
from alcf_mcp.tools.job_previews import node_count, preview_cancel, preview_submit, preview_update
from alcf_mcp.tools.job_results import UNKNOWN, JobAction, JobReport, rendered_output
from alcf_mcp.tools.job_submission import JobSubmission
from alcf_mcp.tools.signatures import Spread
from alcf_mcp.tools.tool import Risk, tool

State = Annotated[
    Literal[
        "new", "queued", "held", "active", "running", "completed", "failed", "canceled", "done", "unknown"
    ],
    Field(description="Only jobs in this state; done: ended in any way"),
]
STATES_MEANT = {"running": {"active"}, "done": {"completed", "failed", "canceled"}} | {
    s: {s} for s in (*JOB_STATES, UNKNOWN)
}


@tool("Submit a job", risk=Risk.CHANGES, preview=preview_submit)
async def submit_job(
    facility: AtFacility,
    resource: ResourceName,
    request: Annotated[NewJob, Spread],
    dry_run: Annotated[bool, Field(description="Only show what would be sent")] = False,
) -> JobSubmission:
    """Submit a job to a machine; it is charged to the account as nodes × time used.

    Give the script as is, without #PBS lines. Account, queue and directory default to those of the last job
    there. Output goes to stdout_path and stderr_path, or to <job id>.OU and .ER in the directory. Then call
    wait_for_job and get_job_output.
    """
    prepared = await facility.preparation.again(resource, request)
    if dry_run:
        return JobSubmission.of(prepared, None)
    return JobSubmission.of(prepared, await facility.job_actions.submit(prepared))


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
    """List the user's jobs on all machines, with counts, running ones first.

    Ended jobs are listed until their end is reported.
    """
    wanted = STATES_MEANT[state] if state else None
    after = parse_since(since) if since else None
    ended_too = include_finished or bool(wanted and wanted & STATES_MEANT["done"])
    found = await facility.jobs.listed(resource or None, include_finished=ended_too, since=after)
    jobs = [
        known
        for known in found.jobs
        if (ended_too or not known.finished or known.just_ended) and _matches(known, wanted, name, after)
    ]
    listed = listing(found, jobs, since=since, limit=limit, offset=offset)
    told = {job.job_id for job in listed.jobs}
    await facility.jobs.note_listed(
        (known for known in jobs if known.job.id in told), more=listed.next_step is not None
    )
    return listed


def _matches(known: KnownJob, states: set[str] | None, name: str | None, after: datetime | None) -> bool:
    if states is not None and _as_meant(known) not in states:
        return False
    if name is not None and name.casefold() not in ((known.spec and known.spec.name) or "").casefold():
        return False
    if after is None or not known.finished:  # waiting and running jobs are current
        return True
    # The end time of a job submitted elsewhere is not known.
    return known.record is not None and (known.record.ended_by or known.record.submitted_at) >= after


def _as_meant(known: KnownJob) -> str:
    """A job's state in everyday terms: one that ended with an error has failed, whatever PBS calls it."""
    if known.lost:
        return UNKNOWN
    if known.failed:
        return "failed"
    return "completed" if known.finished and known.state not in JOB_STATES else known.state


@tool("Show a job")
async def get_job(facility: AtFacility, job_id: JobId, resource: JobResource = None) -> JobReport:
    """Show one job: its state, since when, what its exit code means; if ended, the end of its output."""
    return await _reported(facility, await facility.jobs.get(job_id, resource))


async def _reported(facility: Facility, known: KnownJob) -> JobReport:
    """Describe a job, with the end of its output once it has ended: callers ask for that next."""
    ends: list[StreamOutput] = []
    if known.finished and known.state != "canceled":
        streams = ("stdout",) if known.succeeded else ("stderr", "stdout")
        ends = [end for one in streams if (end := await facility.output.end_of(known, one))]
    report = JobReport.of(known, ends=ends)
    await facility.jobs.note_told(known)
    return report


@tool("Wait for a job")
async def wait_for_job(
    facility: AtFacility,
    job_id: JobId,
    resource: JobResource = None,
    until: Annotated[Literal["finished", "started"], Field(description="What to wait for")] = "finished",
    timeout_seconds: Annotated[int, Field(ge=1, le=3600, description="Maximum seconds to wait")] = 45,
) -> JobReport:
    """Wait until a job has ended or started, within the time limit of a call.

    If it takes longer, the result says when to call again. Never affects the job.
    """
    known = await facility.jobs.get(job_id, resource, patience=0)
    patience = min(timeout_seconds, facility.wait.left)
    async with aclosing(facility.jobs.follow(known, patience=patience)) as seen:
        async for known in seen:
            if known.finished or known.forgotten or (until == "started" and known.state == "active"):
                return await _reported(facility, known)
            await facility.wait.say(f"job {known.job.id}: {status_in_words(known)}")
    return JobReport.of(known, waited_for=until)


@tool("Show a job's output")
async def get_job_output(
    facility: AtFacility,
    job_id: JobId,
    resource: JobResource = None,
    stream: Annotated[Literal["stdout", "stderr", "both"], Field(description="Which output")] = "both",
    tail_lines: Annotated[int, Field(ge=1, le=5000, description="Last lines to show")] = 100,
    since_offset: Annotated[
        int | None, Field(ge=0, le=LARGEST, description="Read one stream from this byte instead")
    ] = None,
    directory: Annotated[RemotePath | None, Field(description="Where its files are, if not known")] = None,
) -> str:
    """Show the last lines of a job's output. At ALCF, output appears when the job has ended."""
    known = await facility.jobs.get(job_id, resource)
    if since_offset is not None and stream == "both":
        raise InvalidCall("`since_offset` needs a single stream", hint="Set `stream` to stdout or stderr.")
    streams = ("stdout", "stderr") if stream == "both" else (stream,)
    parts = [
        await facility.output.read(known, one, lines=tail_lines, offset=since_offset, directory=directory)
        for one in streams
    ]
    await facility.jobs.note_told(known)
    return rendered_output(known, parts, lines=tail_lines, reading_on=since_offset is not None)


@tool("Change a job", risk=Risk.DESTROYS, repeatable=True, preview=preview_update)
async def update_job(
    facility: AtFacility,
    job_id: JobId,
    changes: Annotated[JobChanges, Spread],
    resource: JobResource = None,
) -> JobAction:
    """Change a waiting job; give only what changes. Asks the user first."""
    known = await facility.jobs.get(job_id, resource)
    change = changed_job(replace(changes, nodes=node_count(known, changes.nodes)))
    targets = await facility.output_paths.looked_at(known.resource, change, besides=known.job.id)
    job = await facility.job_actions.update(known, change, targets)
    return JobAction.of(known, job, "changed")


@tool("Cancel a job", risk=Risk.DESTROYS, repeatable=True, preview=preview_cancel)
async def cancel_job(facility: AtFacility, job_id: JobId, resource: JobResource = None) -> JobAction:
    """Cancel a waiting or running job; unsaved results are lost. Asks the user first."""
    known = await facility.jobs.get(job_id, resource)
    await facility.job_actions.cancel(known)
    try:
        known = await facility.jobs.get(known.job.id, known.resource.id, patience=0)
    except IRIError:  # the cancellation was accepted nevertheless
        return JobAction.of(known, None, "cancel requested")
    return JobAction.of(known, None if known.not_known_yet else known.job, "cancel requested")
