"""What a change of a job would do, looked up before the person is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from alcf_mcp.facility import Facility
from alcf_mcp.facility.jobs import KnownJob
from alcf_mcp.facility.jobspec import changed_job, merged, new_job, node_hours
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.guard import Preview
from alcf_mcp.iri.errors import InvalidCall, IRIError
from alcf_mcp.iri.models import JobSpec, Resource
from alcf_mcp.tools.app import AtFacility
from alcf_mcp.tools.job_arguments import JobChanges, NewJob
from alcf_mcp.tools.job_results import JobReport
from alcf_mcp.tools.signatures import Spread
from alcf_mcp.tools.text import count, id_in, one_line


async def preview_submit(
    facility: AtFacility, resource: str, request: Annotated[NewJob, Spread], dry_run: bool
) -> Preview:
    """What the job may cost, and what is left to pay it from; nobody is asked about little."""
    spec = new_job(request)
    facility.shared.limits.check_job(spec)
    cost = node_hours(spec) or 0.0
    if dry_run or cost <= facility.shared.limits.unasked_node_hours:
        return Preview("", harmless=True)
    machine = await facility.names.compute(resource)
    seconds = spec.attributes.duration if spec.attributes else None
    asked = f"{count(request.nodes or 1, 'node')} × {spoken(seconds or 0)} = up to {cost:g} node hours"
    fact = f"A job on {machine.name}: {asked}, charged to {request.account}."
    # What is left changes with every job of the project: it is told, but an answer does not hang on it.
    return Preview(
        "Submit the job?", (fact,), remarks=(await _left(facility, request.account or "", machine),)
    )


async def _left(facility: Facility, account: str, machine: Resource) -> str:
    """What is left of an account's node hours on a machine, in words."""
    try:
        projects = await facility.iri.list_projects()
        project = next(p for p in projects if p.name.casefold() == account.casefold())
        grants = await facility.iri.list_project_allocations(project.id)
    except (IRIError, StopIteration):
        return f"What is left of {account}'s allocation could not be looked up."
    here = {id_in(uri) for uri in machine.capability_uris}
    mine = [grant for grant in grants if id_in(grant.capability_uri) in here]
    entries = [entry for grant in mine for entry in grant.entries if entry.unit == "node_hours"]
    if not entries:
        return f"The facility does not tell what is left of {account}'s allocation."
    left = sum(entry.allocation - entry.usage for entry in entries)
    return f"{account} has {left:,.6g} node hours left of {sum(e.allocation for e in entries):,.6g}."


async def preview_update(
    facility: AtFacility, job_id: str, resource: str | None, changes: Annotated[JobChanges, Spread]
) -> Preview:
    """The job as it is, and what would be asked for then."""
    known = await facility.jobs.get(job_id, resource)
    report = JobReport.of(known)
    if known.job.finished or known.job.state == "active":
        return Preview(
            "", settled=f"Job {known.job.id} is {report.status}: only a waiting job can be changed."
        )
    change = changed_job(replace(changes, nodes=node_count(known, changes.nodes)))
    after = merged(known.spec, change) if known.spec else change
    facility.shared.limits.check_job(after)
    return Preview(f"Change job {known.job.id}?", (report.headline(), f"to: {_asked_for(after)}"))


def _asked_for(spec: JobSpec) -> str:
    wire = spec.to_wire()
    asked = {**wire.pop("resources", {}), **wire.pop("attributes", {}), **wire}
    return one_line(", ".join(f"{name} {value}" for name, value in asked.items()), 1000)


def node_count(known: KnownJob, nodes: int | None) -> int:
    """The node count that an update sends: the one given, or else the job's own.

    Raises:
        InvalidCall: neither is known.
    """
    own = known.spec.resources.node_count if known.spec and known.spec.resources else None
    if (chosen := nodes or own) is None:
        raise InvalidCall(
            f"The node count of job {known.job.id} is not known, and every update sets it (to 1 if left out)",
            hint="Give `nodes` with the job's own node count.",
        )
    return chosen


async def preview_cancel(facility: AtFacility, job_id: str, resource: str | None) -> Preview:
    """The job as it is, and what it may have spent."""
    known = await facility.jobs.get(job_id, resource)
    report = JobReport.of(known)
    if known.job.finished:
        return Preview("", settled=f"Job {known.job.id} has ended already: {report.status}.")
    facts = [report.headline()]
    if known.job.state == "active":
        facts.append("What it has not saved is lost, and the node hours it has spent are not given back.")
    spent = _most_spent(known)
    remarks = () if spent is None else (f"At most {spent:.3g} node hours are spent so far.",)
    much = spent is not None and spent > facility.shared.limits.unasked_node_hours
    return Preview(
        f"Cancel job {known.job.id}?",
        tuple(facts),
        remarks=remarks,
        word=known.job.id.partition(".")[0] if much else "",
    )


def _most_spent(known: KnownJob) -> float | None:
    """Node hours that a running job may have used: the facility does not tell when a job began."""
    nodes = known.spec.resources.node_count if known.spec and known.spec.resources else None
    if known.job.state != "active" or known.record is None or nodes is None:
        return None
    hours = (datetime.now(UTC) - known.record.submitted_at).total_seconds() / 3600
    most = node_hours(known.spec) if known.spec else None
    return min(nodes * hours, most or nodes * hours)
