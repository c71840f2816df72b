"""Tools for jobs: submit, list, show, wait for, read output, change, cancel."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from alcf_mcp.facility.jobs.diagnosis import status_in_words
from alcf_mcp.facility.jobs.request import changed_job
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri.errors import InvalidCall, IRIError
from alcf_mcp.reports.job_list import JobList, listed_jobs
from alcf_mcp.reports.job_state import JobState
from alcf_mcp.reports.jobs import JobReport, reported
from alcf_mcp.reports.plans import reported_plan
from alcf_mcp.tools.arguments import LARGEST, JobId, JobResource, Limit, Member, Offset, Since, SubmitTo
from alcf_mcp.tools.context import AtFacility
from alcf_mcp.tools.job_arguments import JobChanges, NewJob
from alcf_mcp.tools.job_previews import node_count, preview_cancel, preview_submit, preview_update
from alcf_mcp.tools.job_results import JobAction, member_report, rendered_output, with_next_step
from alcf_mcp.tools.job_submission import JobSubmission
from alcf_mcp.tools.planned_submission import After, AfterStateArgument, refuse_lone_state, submit_after
from alcf_mcp.tools.signatures import Spread
from alcf_mcp.tools.tool import Risk, tool

State = Annotated[JobState, Field(description="Only jobs in this state; done: ended in any way")]


@tool("Submit a job", risk=Risk.CHANGES, preview=preview_submit)
async def submit_job(
    facility: AtFacility,
    *,
    resource: SubmitTo = None,
    request: Annotated[NewJob, Spread],
    after: After = None,
    after_state: AfterStateArgument = "succeeded",
    dry_run: Annotated[bool, Field(description="Only show what would be sent")] = False,
) -> JobSubmission:
    """Run a script or program as a job; the account is charged nodes × time used.

    Give the script as is, without #PBS lines. Account and directory default to those of the last job there,
    the queue too if that was as large. Output goes to <job id>.OU and .ER in the directory. Then call
    wait_for_job.
    """
    prepared = await facility.preparation.again(resource, request, later=after is not None)
    refuse_lone_state(after, after_state)
    if after is not None:
        return await submit_after(facility, prepared, after, after_state, dry_run=dry_run)
    if dry_run:
        return JobSubmission.of(prepared, None)
    return JobSubmission.of(prepared, await facility.job_actions.submit(prepared))


@tool("List the user's jobs")
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
    """List the user's jobs on all machines, with counts: running, queued, or just ended or failed."""
    listed = await listed_jobs(
        facility,
        resource=resource,
        state=state,
        name=name,
        since=since,
        include_finished=include_finished,
        limit=limit,
        offset=offset,
    )
    following = offset + len(listed.jobs)
    rest = listed.total - following
    more = f"{rest} more: call again with offset={following}." if rest > 0 else None
    return listed.lean().model_copy(update={"next_step": more})


@tool("Show a job")
async def get_job(
    facility: AtFacility, job_id: JobId, resource: JobResource = None, member: Member = None
) -> JobReport:
    """Show how one job is doing: since when it is queued or running, when it may start, why it failed.

    Once ended: its exit code in words, the end of its output.
    """
    if planned := await facility.planning.unsubmitted(job_id):
        return await reported_plan(facility, planned, member)
    known = await facility.jobs.get(job_id, resource)
    if member is not None:
        return member_report(known, await facility.ensembles.member(known, member))
    return with_next_step(await reported(facility, known), known)


@tool("Wait for a job")
async def wait_for_job(
    facility: AtFacility,
    job_id: JobId,
    resource: JobResource = None,
    until: Annotated[Literal["finished", "started"], Field(description="What to wait for")] = "finished",
    timeout_seconds: Annotated[int, Field(ge=1, le=3600, description="Maximum seconds to wait")] = 45,
) -> JobReport:
    """Wait for a job to finish or start, and tell when it has.

    If it takes longer than a call may, call again.
    """
    known = await facility.jobs.get(job_id, resource, patience=0)
    patience = min(timeout_seconds, facility.wait.left)
    async with aclosing(facility.jobs.follow(known, patience=patience)) as seen:
        async for known in seen:
            if known.finished or known.forgotten or (until == "started" and known.state == "active"):
                return with_next_step(await reported(facility, known), known)
            await facility.wait.say(f"job {known.job.id}: {status_in_words(known)}")
    return with_next_step(JobReport.with_output(known), known, waited_for=until)


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
    member: Member = None,
) -> str:
    """Show what a job printed: the last lines of its stdout and stderr.

    At ALCF, output appears when the job has ended.
    """
    known = await facility.jobs.get(job_id, resource)
    if member is not None:
        part = await facility.ensembles.output(known, member, lines=tail_lines, offset=since_offset)
        return rendered_output(known, [part], lines=tail_lines, reading_on=since_offset is not None)
    if since_offset is not None and stream == "both":
        raise InvalidCall("`since_offset` needs a single stream", hint="Set `stream` to stdout or stderr.")
    streams = ("stdout", "stderr") if stream == "both" else (stream,)
    parts = [
        await facility.output.read(known, one, lines=tail_lines, offset=since_offset, directory=directory)
        for one in streams
    ]
    await facility.jobs.note_told(known)
    return rendered_output(known, parts, lines=tail_lines, reading_on=since_offset is not None)


@tool("Change a waiting job", risk=Risk.DESTROYS, repeatable=True, preview=preview_update)
async def update_job(
    facility: AtFacility,
    job_id: JobId,
    changes: Annotated[JobChanges, Spread],
    resource: JobResource = None,
) -> JobAction:
    """Change a job that has not started yet, such as its walltime, queue or account.

    Give only what changes. Asks the user first.
    """
    known = await facility.jobs.get(job_id, resource)
    change = changed_job(replace(changes, nodes=node_count(known, changes.nodes)))
    targets = await facility.output_paths.looked_at(known.resource, change, besides=known.job.id)
    job = await facility.job_actions.update(known, change, targets)
    return JobAction.of(known, job, "changed")


@tool("Cancel a job", risk=Risk.DESTROYS, repeatable=True, preview=preview_cancel)
async def cancel_job(facility: AtFacility, job_id: JobId, resource: JobResource = None) -> JobAction:
    """Stop a running job or take a waiting one out of the queue; unsaved results are lost.

    Asks the user first.
    """
    if planned := await facility.planning.unsubmitted(job_id):
        return JobAction.of_plans(await facility.planning.cancel(planned))
    known = await facility.jobs.get(job_id, resource)
    await facility.job_actions.cancel(known)
    try:
        known = await facility.jobs.get(known.job.id, known.resource.id, patience=0)
    except IRIError:  # the cancellation was accepted nevertheless
        return JobAction.of(known, None, "cancel requested")
    return JobAction.of(known, None if known.not_known_yet else known.job, "cancel requested")
