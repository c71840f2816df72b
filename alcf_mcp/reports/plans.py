"""Reports on planned jobs."""

from __future__ import annotations

from typing import Any

from alcf_mcp.facility import Facility
from alcf_mcp.facility.jobs.ensembles import check_member, ensemble_run_by, listed, parse_members
from alcf_mcp.facility.jobs.planned import named_plan, plan_in_words
from alcf_mcp.facility.plans.planning import request_of_plan
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.journal import PlannedJob, or_else
from alcf_mcp.reports.jobs import JobReport, what_runs
from alcf_mcp.reports.text import plain

MOST_SHOWN = 20

SOMEBODY = (
    "It is submitted by whichever process of alcf-mcp is alive then: a server, or `alcf-mcp plans run`, also "
    "from cron."
)


async def reported_plan(facility: Facility, planned: PlannedJob, member: int | None = None) -> JobReport:
    """Describe a planned job that has not become a job, and note that its end was told.

    Args:
        facility: the facility.
        planned: the planned job.
        member: the member of its ensemble that is asked for.

    Raises:
        InvalidCall: there is no such member.
    """
    facts = {} if member is None else _member_facts(planned, member)
    report = _report(planned, await facility.planning.behind(planned)).model_copy(update=facts)
    await or_else(facility.shared.journal.plans.note_told([planned.number]), None)
    return report


def _report(planned: PlannedJob, behind: list[PlannedJob]) -> JobReport:
    spec = planned.spec
    attributes, resources = spec.attributes, spec.resources
    ensemble = planned.program.ensemble if planned.program else None
    after_it = f"After it: {', '.join(map(named_plan, behind))}. " if behind else ""
    return JobReport(
        job_id=planned.id,
        resource=planned.resource,
        state="planned" if planned.is_open else planned.state,
        status=plan_in_words(planned),
        name=spec.name,
        account=attributes.account if attributes else None,
        queue=attributes.queue_name if attributes else None,
        nodes=resources.node_count if resources else None,
        walltime=spoken(attributes.duration) if attributes and attributes.duration else None,
        most_node_hours=round(planned.node_hours, 2),
        members=f"{ensemble.size}, none of them started" if ensemble else None,
        runs=what_runs(request_of_plan(planned)) or None,
        stdout_path=spec.stdout_path,
        stderr_path=spec.stderr_path,
        next_step=f"{after_it}{SOMEBODY if planned.is_open else ''}".strip() or None,
    )


def _member_facts(planned: PlannedJob, number: int) -> dict[str, Any]:
    ensemble = ensemble_run_by(planned.id, planned.program)
    check_member(planned.id, ensemble, number)
    parameters = listed(parse_members(ensemble.parameters)[number - 1])
    return {"member": number, "member_state": plain(f"not started, with {parameters}")}


async def planned_lines(
    facility: Facility, *, resource: str | None, name: str | None
) -> tuple[int, list[str]]:
    """How many jobs are planned, and one line for each; how one ended is told once.

    Args:
        facility: the facility.
        resource: only this machine.
        name: part of the job's name.
    """
    plans = facility.shared.journal.plans
    jobs = await or_else(plans.to_tell(facility.iri.base_url), [])
    if resource and jobs:
        machine = await facility.names.compute(resource)
        jobs = [job for job in jobs if job.resource_id == machine.id]
    if name:
        jobs = [job for job in jobs if name.casefold() in (job.spec.name or "").casefold()]
    shown = jobs[:MOST_SHOWN]
    await or_else(plans.note_told(job.number for job in shown if not job.is_open), None)
    rest = [f"{len(jobs) - len(shown)} more: `alcf-mcp plans` shows them."] if len(jobs) > len(shown) else []
    return sum(job.is_open for job in jobs), [*map(plan_line, shown), *rest]


def plan_line(job: PlannedJob) -> str:
    """A planned job on one line."""
    return f"{named_plan(job)} on {job.resource} {plan_in_words(job)}"
