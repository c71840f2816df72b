"""Results of the tools for a job that was submitted, or would be."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PrivateAttr

from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.jobs.prepare import Prepared
from alcf_mcp.facility.jobs.scripts import abridged
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.iri.models import JobSpec
from alcf_mcp.reports.facts import Result, Verbatim
from alcf_mcp.reports.moments import Moments
from alcf_mcp.wording import count, in_node_hours


class JobSubmission(Result):
    """A job that was submitted, or would be."""

    job_id: str | None = None
    plan_id: str | None = None
    waits_for: str | None = None
    resource: str
    state: str
    name: str | None = None
    account: str | None = None
    queue: str | None = None
    nodes: int | None = None
    walltime: str | None = None
    most_node_hours: float | None = None
    stdout_path: str | None = None
    stderr_path: str | None = None
    like: str | None = None
    taken: list[str] = []
    members: int | None = None
    script: Annotated[str | None, Verbatim()] = None
    request: Annotated[dict[str, Any] | None, Verbatim()] = None
    notes: list[str] = []
    next_step: str
    _moments: Moments | None = PrivateAttr(None)

    @classmethod
    def of(cls, prepared: Prepared, known: KnownJob | None) -> JobSubmission:
        """Describe a submission; without a job, describe what would be sent."""
        request = prepared.request
        job, spec = known and known.job, (known and known.spec) or prepared.spec
        made = [
            f"The directory {path} {'was made' if job else 'would be made'}: it was missing."
            for path in prepared.to_make
        ]
        left = prepared.left if job is None else ""
        earlier, ensemble = prepared.earlier, prepared.ensemble
        members = ensemble.described(prepared.walltime, job_id=job.id if job else None) if ensemble else []
        submission = cls(
            job_id=job.id if job else None,
            resource=prepared.machine.name,
            state=job.state if job else "not submitted",
            name=spec.name,
            account=request.account,
            queue=request.queue,
            nodes=request.nodes,
            walltime=spoken(spec.attributes.duration or 0) if spec.attributes else None,
            most_node_hours=round(prepared.cost, 2),
            stdout_path=spec.stdout_path,
            stderr_path=spec.stderr_path,
            like=earlier.job_id if earlier else None,
            taken=list(earlier.taken) if earlier else [],
            members=len(ensemble.to_run) if ensemble else None,
            script=None if job else request.rendered(),
            request=None if job else _abridged(spec),
            notes=[
                note
                for note in (
                    *(earlier.told if earlier else ()),
                    *members,
                    *prepared.used,
                    *prepared.replaces,
                    *made,
                    left,
                    *prepared.notes,
                    *prepared.weather,
                )
                if note
            ],
            next_step=(
                f"wait_for_job with job_id={job.id!r}, then get_job_output."
                if job
                else f"Nothing was sent. Call submit_job without dry_run to submit it.{_left_out(prepared)}"
            ),
        )
        submission._moments = Moments.of(known) if known else None
        return submission

    def drawn(self) -> dict[str, Any]:
        """The times of the job, once it is submitted."""
        return {"jobs": {self.job_id: self._moments.drawn()}} if self._moments else {}

    def text(self) -> str:
        """What was submitted, what it can cost, and where its output goes."""
        done = (
            f"Submitted job {self.job_id} to {self.resource}"
            if self.job_id
            else f"{self.plan_id or 'Dry run'} for {self.resource}"
        )
        asked = [
            self.name and f"name {self.name}",
            self.nodes and count(self.nodes, "node"),
            self.walltime and f"walltime {self.walltime}",
            self.queue and f"queue {self.queue}",
            self.account and f"account {self.account}",
            self.most_node_hours is not None and f"at most {in_node_hours(self.most_node_hours)}",
        ]
        lines = [
            f"{done} ({self.state}).",
            self.waits_for and f"It is submitted only after this: {self.waits_for}.",
            ", ".join(fact for fact in asked if fact),
            f"stdout {self.stdout_path}, stderr {self.stderr_path}",
            *self.notes,
            self.script and f"It would run:\n{self.script}",
            self.request and f"request: {self.request}",
            self.next_step,
        ]
        return "\n".join(line for line in lines if line)


def _abridged(spec: JobSpec) -> dict[str, Any]:
    """A specification as it is sent, without a second copy of the script."""
    wire = spec.to_wire()
    return wire | {"arguments": abridged(spec.arguments)} if spec.arguments else wire


def _left_out(prepared: Prepared) -> str:
    """What a dry run does not show of an ensemble's script, which is long and nearly always the same."""
    if prepared.ensemble is None:
        return ""
    size = len((prepared.runs or "").encode(errors="surrogatepass"))
    return (
        f" The whole script has {size:,} bytes: all parameters, and bash code that starts the members. "
        "`alcf-mcp submit --dry-run` with the same arguments shows it."
    )
