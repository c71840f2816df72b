"""Planned jobs in words, and the jobs that they became."""

from __future__ import annotations

from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.journal import PlannedJob
from alcf_mcp.wording import count, in_node_hours


def condition_in_words(job: PlannedJob) -> str:
    """What a planned job waits for: `job 12.polaris-pbs-01 has succeeded`."""
    before = job.after if job.after.startswith("plan-") else f"job {job.after}"
    return f"{before} has {job.after_state}"


def plan_in_words(job: PlannedJob) -> str:
    """What has become of a planned job: `waits until plan-1 has ended`."""
    reason = f": {job.reason}" if job.reason else ""
    match job.state:
        case "waiting":
            return f"waits until {condition_in_words(job)}{f' ({job.reason})' if job.reason else ''}"
        case "submitting":
            return f"may have been submitted{reason}" if job.reason else "is being submitted"
        case "submitted":
            return f"was submitted as job {job.job_id}"
        case "failed":
            return f"was not submitted{reason}"
    return f"was {job.state}{reason}"


def named_plan(job: PlannedJob) -> str:
    """A planned job with its name, its members and what it may cost: `plan-1 (train, 4 node hours)`."""
    ensemble = job.program.ensemble if job.program else None
    members = ensemble and f"an ensemble of {count(ensemble.size, 'member')}"
    about = (job.spec.name, members, in_node_hours(job.node_hours, ".4g"))
    return f"{job.id} ({', '.join(fact for fact in about if fact)})"


def job_of(planned: PlannedJob | None, named: str) -> str:
    """The id of the job that a planned job was submitted as.

    Raises:
        InvalidCall: there is no such planned job, or it has not been submitted.
    """
    if planned is None:
        raise InvalidCall(f"There is no {named}", hint="list_jobs shows the jobs and the planned ones.")
    if planned.job_id is None:
        raise InvalidCall(
            f"{planned.id} is no job at the facility yet: it {plan_in_words(planned)}"
            if planned.is_open
            else f"{planned.id} never became a job: it {plan_in_words(planned)}",
            hint="get_job shows a planned job, and cancel_job cancels it.",
        )
    return planned.job_id
