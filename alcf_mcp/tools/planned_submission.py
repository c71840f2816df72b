"""Plan a job after another, or submit it at once if what it is to wait for has happened already."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from alcf_mcp.facility import Facility
from alcf_mcp.facility.jobs.planned import condition_in_words
from alcf_mcp.facility.jobs.prepare import Prepared
from alcf_mcp.facility.plans.planning import PlannedSubmission
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.journal import PlannedJob
from alcf_mcp.journal.plans import AfterState
from alcf_mcp.reports.plans import SOMEBODY
from alcf_mcp.tools.job_submission import JobSubmission

After = Annotated[str | None, Field(description="Job or plan, by id or name: submit after it")]
AfterStateArgument = Annotated[AfterState, Field(description="What `after` waits for")]


def refuse_lone_state(after: str | None, after_state: AfterState) -> None:
    """Refuse a condition on nothing: the job would be submitted at once.

    Raises:
        InvalidCall: it is not said what is to be waited for.
    """
    if after is None and after_state != "succeeded":
        raise InvalidCall("`after_state` needs `after`", hint="Give the job that this one is to wait for.")


async def submit_after(
    facility: Facility, prepared: Prepared, after: str, after_state: AfterState, *, dry_run: bool
) -> JobSubmission:
    """Plan a job that follows another.

    Raises:
        InvalidCall: there is no such job, or what is to be waited for can't happen any more.
        LimitReached: the user's limits do not allow the job.
        JournalError: it can't be written down.
    """
    submission = await facility.planning.consider(prepared, after, after_state)
    if dry_run:
        dry = JobSubmission.of(prepared, None)
        return dry if submission.is_due else dry.model_copy(update={"waits_for": submission.condition})
    if submission.is_due:
        return JobSubmission.of(prepared, await facility.job_actions.submit(prepared))
    await facility.job_actions.check(prepared.machine, prepared.spec)
    return _planned(submission, await facility.planning.add(submission))


def _planned(submission: PlannedSubmission, job: PlannedJob) -> JobSubmission:
    return JobSubmission.of(submission.prepared, None).model_copy(
        update={
            "plan_id": job.id,
            "state": "planned",
            "waits_for": condition_in_words(job),
            "script": None,
            "request": None,
            "next_step": f"{SOMEBODY} Tell the user so. get_job with job_id={job.id!r} shows it.",
        }
    )
