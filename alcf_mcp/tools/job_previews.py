"""Previews of changes to jobs, made before the user is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from alcf_mcp.facility.alcf.job_resources import unknown_resources
from alcf_mcp.facility.jobs.cost import node_hours
from alcf_mcp.facility.jobs.known import KnownJob, job_number
from alcf_mcp.facility.jobs.output_paths import one_file_for_both
from alcf_mcp.facility.jobs.request import JobRequest, changed_job, merged
from alcf_mcp.facility.projects import in_figures
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.guard import Change, Preview
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import JobSpec
from alcf_mcp.journal.plans import AfterState
from alcf_mcp.reports.jobs import JobReport, what_runs
from alcf_mcp.reports.text import WHOLE, one_line
from alcf_mcp.tools.context import AtFacility
from alcf_mcp.tools.job_arguments import JobChanges, NewJob
from alcf_mcp.tools.plan_previews import day_of_plan, facts_of_plan, facts_of_waiting, preview_cancel_plan
from alcf_mcp.tools.planned_submission import refuse_lone_state
from alcf_mcp.tools.signatures import Spread
from alcf_mcp.wording import count, in_node_hours


async def preview_submit(
    facility: AtFacility,
    resource: str | None,
    request: Annotated[NewJob, Spread],
    dry_run: bool,
    after: str | None = None,
    after_state: AfterState = "succeeded",
) -> Preview:
    """What the job may cost, replace and change; the user is not asked about small costs."""
    refuse_lone_state(after, after_state)
    prepared = await facility.preparation.prepare(resource, request, later=after is not None)
    await facility.job_actions.check(prepared.machine, prepared.spec)
    planned = await facility.planning.consider(prepared, after, after_state) if after else None
    if dry_run:
        return Preview("", harmless="a dry run")
    at_stake = [*prepared.replaces, *_unknown(prepared.request)]
    cost_in_all = planned.cost if planned else prepared.cost
    if cost_in_all <= facility.shared.limits.unasked_node_hours and not at_stake:
        return Preview("", harmless="below the limit")
    walltime = spoken(prepared.walltime)
    where = f"A job on {prepared.machine.name}, queue {prepared.request.queue}"
    asked = f"{count(prepared.request.nodes or 1, 'node')} × {walltime}"
    cost = f"up to {in_node_hours(in_figures(prepared.cost))}, charged to {prepared.request.account}"
    facts = (
        f"{where}: {asked} = {cost}.",
        *(prepared.earlier.told if prepared.earlier else ()),
        *(prepared.ensemble.described(prepared.walltime) if prepared.ensemble else ()),
        *(facts_of_plan(planned) if planned else ()),
        *what_runs(prepared.request),
        *_where(prepared.spec),
        *at_stake,
    )
    # The balance changes with every job of the project: it is shown, but an answer is not bound to it.
    day = day_of_plan(planned, facility.shared.limits.node_hours_per_day) if planned else ""
    remarks = (day, prepared.left, *prepared.used, *prepared.notes, *prepared.weather)
    return Preview(
        "Submit the job after that?" if planned and not planned.is_due else "Submit the job?",
        tuple(one_line(fact, WHOLE) for fact in facts),
        remarks=tuple(one_line(remark, 500) for remark in remarks if remark),
    )


def _unknown(request: JobRequest) -> list[str]:
    unknown = unknown_resources(request.custom_attributes)
    named = ", ".join(f"{name}={request.custom_attributes[name]}" for name in unknown)
    return [f"This server does not know what {named} in custom_attributes does to a job."] if unknown else []


def _where(spec: JobSpec) -> list[str]:
    places = [("in", spec.directory), ("stdout", spec.stdout_path), ("stderr", spec.stderr_path)]
    told = ", ".join(f"{what} {path}" for what, path in places if path)
    return [f"Where: {told}."] if told else []


async def preview_update(
    facility: AtFacility, job_id: str, resource: str | None, changes: Annotated[JobChanges, Spread]
) -> Preview:
    """The job as it is, and what it would request after the change."""
    if changes == JobChanges():
        raise InvalidCall("No changes were given", hint="Give what changes: `walltime`, `nodes`, `queue` …")
    known = await facility.jobs.get(job_id, resource)
    report = JobReport.with_output(known)
    if known.finished or known.state == "active":
        return Preview(
            "", settled=f"Job {known.job.id} is {report.status}: only a waiting job can be changed."
        )
    change = changed_job(replace(changes, nodes=node_count(known, changes.nodes)))
    after = merged(known.spec, change) if known.spec else change
    await facility.job_actions.check(known.resource, after, known.spec)
    if after == known.spec:
        return Preview("", settled=f"Job {known.job.id} asks for that already.")
    facts = [f"{report.identity}: {known.state}", f"to: {_asked_for(after)}"]
    facts += [*what_runs(changes), *_unknown(changes), one_file_for_both(after)]
    for target in await facility.output_paths.looked_at(known.resource, change, besides=known.job.id):
        made = f"The directory {target.missing} does not exist and will be made." if target.missing else ""
        facts += [target.replaces, made]
    told = tuple(one_line(fact, WHOLE) for fact in facts if fact)
    return Preview(f"Change job {known.job.id}?", told, changes=_differences(known.spec, after))


def _differences(before: JobSpec | None, after: JobSpec) -> tuple[Change, ...]:
    """What a job asks for and would ask for, where that differs."""
    old, new = _terms(before) if before else {}, _terms(after)
    return tuple(
        Change(_CALLED.get(name, one_line(name)), _value(name, old.get(name)), _value(name, new.get(name)))
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    )


_CALLED = {
    "node_count": "nodes",
    "process_count": "ranks",
    "duration": "walltime",
    "queue_name": "queue",
    "stdout_path": "stdout",
    "stderr_path": "stderr",
}
"""What users call the standard's terms."""


def _value(name: str, value: object) -> str:
    if value is None:
        return ""
    return spoken(value) if name == "duration" and isinstance(value, int) else one_line(str(value))


def _asked_for(spec: JobSpec) -> str:
    return one_line(", ".join(f"{name} {value}" for name, value in _terms(spec).items()), WHOLE)


def _terms(spec: JobSpec) -> dict[str, object]:
    wire = {name: value for name, value in spec.to_wire().items() if name not in ("executable", "arguments")}
    return {**wire.pop("resources", {}), **wire.pop("attributes", {}), **wire}


def node_count(known: KnownJob, nodes: int | None) -> int:
    """The node count that an update sends: the one given, or otherwise the job's own.

    Raises:
        InvalidCall: neither is known.
    """
    if (chosen := nodes or known.nodes) is None:
        raise InvalidCall(
            f"The node count of job {known.job.id} is not known, and every update sets it (to 1 if omitted)",
            hint="Set `nodes` to the job's own node count.",
        )
    return chosen


async def preview_cancel(facility: AtFacility, job_id: str, resource: str | None) -> Preview:
    """The job as it is, what it may have used, and what waits for it."""
    if planned := await facility.planning.unsubmitted(job_id):
        return await preview_cancel_plan(facility, planned)
    known = await facility.jobs.get(job_id, resource)
    report = JobReport.with_output(known)
    if known.finished:
        return Preview("", settled=f"Job {known.job.id} has already ended: {report.status}.")
    facts = [f"{report.identity}: {'running' if known.state == 'active' else known.state}"]
    if known.state == "active":
        facts.append("Unsaved results are lost, and the node hours it has used are not refunded.")
    facts += await facts_of_waiting(facility, known)
    spent = _most_spent(known)
    remarks = [f"Status: {report.status}."]
    if spent is not None:
        remarks.append(f"It has used at most {in_node_hours(spent, '.3g')} so far.")
    # If it is not known what a running job has used, it counts as much.
    much = known.state == "active" if spent is None else spent > facility.shared.limits.unasked_node_hours
    return Preview(
        f"Cancel job {known.job.id}?",
        tuple(facts),
        remarks=tuple(remarks),
        word=job_number(known.job.id) if much else "",
        changes=(Change("job", "running" if known.state == "active" else known.state, "canceled"),),
    )


def _most_spent(known: KnownJob) -> float | None:
    """Node hours that a running job may have used: the facility does not report when a job began."""
    nodes = known.nodes
    if known.state != "active" or known.record is None or nodes is None:
        return None
    hours = (datetime.now(UTC) - known.record.submitted_at).total_seconds() / 3600
    most = node_hours(known.spec) if known.spec else None
    return min(nodes * hours, most or nodes * hours)
