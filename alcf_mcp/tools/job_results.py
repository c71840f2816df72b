"""What the tools answer about jobs."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Annotated, Any

from alcf_mcp.facility.diagnosis import state_in_words, succeeded
from alcf_mcp.facility.jobs import KnownJob, Listing
from alcf_mcp.facility.jobspec import node_hours
from alcf_mcp.facility.output import StreamOutput
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.iri.models import Job, JobSpec, Resource
from alcf_mcp.tools.results import Result, Verbatim
from alcf_mcp.tools.text import clock, count, fenced, one_line


class JobSubmission(Result):
    """A job that was submitted, or would be."""

    job_id: str | None = None
    resource: str
    state: str
    name: str | None = None
    account: str | None = None
    queue: str | None = None
    nodes: int | None = None
    walltime_seconds: int | None = None
    most_node_hours: float | None = None
    stdout_path: str | None = None
    stderr_path: str | None = None
    request: Annotated[dict[str, Any] | None, Verbatim()] = None
    notes: list[str] = []
    next_step: str

    @classmethod
    def of(cls, resource: Resource, spec: JobSpec, *, job: Job | None, notes: list[str]) -> JobSubmission:
        """Tell of a submission; without a job, of what would be sent."""
        attributes, needs = spec.attributes, spec.resources
        return cls(
            job_id=job.id if job else None,
            resource=resource.name,
            state=job.state if job else "not submitted (dry run)",
            name=spec.name,
            account=attributes.account if attributes else None,
            queue=attributes.queue_name if attributes else None,
            nodes=needs.node_count if needs else None,
            walltime_seconds=attributes.duration if attributes else None,
            most_node_hours=node_hours(spec),
            stdout_path=spec.stdout_path,
            stderr_path=spec.stderr_path,
            request=None if job else spec.to_wire(),
            notes=notes,
            next_step=(
                f"wait_for_job with job_id={job.id!r}, then get_job_output."
                if job
                else "Nothing was sent. Call submit_job without dry_run to submit it."
            ),
        )

    def text(self) -> str:
        """What was submitted, what it can cost, where its output goes."""
        done = (
            f"Submitted job {self.job_id} to {self.resource}"
            if self.job_id
            else f"Dry run for {self.resource}"
        )
        asked = [
            self.name and f"name {self.name}",
            self.nodes and count(self.nodes, "node"),
            self.walltime_seconds and f"walltime {spoken(self.walltime_seconds)}",
            self.queue and f"queue {self.queue}",
            self.account and f"account {self.account}",
            self.most_node_hours is not None and f"at most {self.most_node_hours:g} node hours",
        ]
        lines = [
            f"{done} ({self.state}).",
            ", ".join(fact for fact in asked if fact),
            f"stdout {self.stdout_path}, stderr {self.stderr_path}",
            self.request and f"request: {self.request}",
            *self.notes,
            self.next_step,
        ]
        return "\n".join(line for line in lines if line)


class JobReport(Result):
    """One job."""

    job_id: str
    resource: str
    state: str
    status: str
    exit_code: int | None = None
    succeeded: bool | None = None
    name: str | None = None
    account: str | None = None
    queue: str | None = None
    nodes: int | None = None
    walltime_seconds: int | None = None
    submitted_at: datetime | None = None
    stdout_path: str | None = None
    stderr_path: str | None = None
    message: str | None = None
    next_step: str | None = None

    @classmethod
    def of(cls, known: KnownJob, *, waited_for: str | None = None) -> JobReport:
        """Tell of a job; ``waited_for`` is what did not happen while we waited."""
        job, spec = known.job, known.spec
        attributes = spec.attributes if spec else None
        return cls(
            job_id=job.id,
            resource=known.resource.name,
            state=job.state,
            status=state_in_words(job),
            exit_code=job.exit_code,
            succeeded=succeeded(job),
            name=one_line(spec.name) if spec and spec.name else None,
            account=attributes.account if attributes else None,
            queue=attributes.queue_name if attributes else None,
            nodes=spec.resources.node_count if spec and spec.resources else None,
            walltime_seconds=attributes.duration if attributes else None,
            submitted_at=known.record.submitted_at if known.record else None,
            stdout_path=spec.stdout_path if spec else None,
            stderr_path=spec.stderr_path if spec else None,
            message=one_line(job.status.message) or None if job.status else None,
            next_step=_next_step(job, waited_for),
        )

    def headline(self) -> str:
        """The job on one line."""
        facts = [
            self.name,
            self.nodes and count(self.nodes, "node"),
            self.walltime_seconds and f"walltime {spoken(self.walltime_seconds)}",
            self.queue and f"queue {self.queue}",
            self.account and f"account {self.account}",
            self.submitted_at and f"submitted {clock(self.submitted_at)}",
        ]
        about = ", ".join(str(fact) for fact in facts if fact)
        return f"{self.job_id} on {self.resource}: {self.status}" + (f" ({about})" if about else "")

    def text(self) -> str:
        """The headline, where the output goes, what to do next."""
        output = self.stdout_path and f"stdout {self.stdout_path}, stderr {self.stderr_path}"
        return "\n".join(line for line in (self.headline(), self.message, output, self.next_step) if line)


def _next_step(job: Job, waited_for: str | None) -> str:
    if job.finished:
        return f"get_job_output with job_id={job.id!r} shows what it wrote."
    if waited_for:
        return f"It has not {waited_for} yet: call wait_for_job again, later if it may take long."
    return f"wait_for_job with job_id={job.id!r} waits for its end."


_STAYS_ACTIVE = "A job stays active for some seconds after a cancel. "


class JobAction(Result):
    """What was done to a job."""

    job_id: str
    resource: str
    done: str
    state: str
    next_step: str

    @classmethod
    def of(cls, known: KnownJob, job: Job | None, done: str) -> JobAction:
        """Tell what was done and how the job is now; without a job, that could not be looked up."""
        active = job is not None and job.state == "active"
        return cls(
            job_id=known.job.id,
            resource=known.resource.name,
            done=done,
            state=job.state if job else "could not be looked up",
            next_step=f"{_STAYS_ACTIVE if active else ''}get_job shows it.",
        )

    def text(self) -> str:
        """One line."""
        return (
            f"{self.done.capitalize()}: job {self.job_id} on {self.resource} ({self.state}). {self.next_step}"
        )


class JobList(Result):
    """Jobs, the running ones first."""

    summary: str
    total: int
    jobs: list[JobReport]
    unanswered: dict[str, str] = {}
    next_step: str | None = None

    def text(self) -> str:
        """A job a line."""
        silent = [f"{machine} did not answer: {why}" for machine, why in self.unanswered.items()]
        lines = [self.summary, *(job.headline() for job in self.jobs), *silent, self.next_step]
        return "\n".join(line for line in lines if line)


_ORDER = ("active", "queued", "held", "new", "failed", "completed", "canceled")


def listing(found: Listing, jobs: list[KnownJob], *, limit: int, offset: int) -> JobList:
    """Order, count and cut a list of jobs."""
    ordered = sorted(jobs, key=_by_attention)
    shown = ordered[offset : offset + limit]
    states = Counter(known.job.state for known in jobs)
    counts = ", ".join(
        f"{states[s]} {'running' if s == 'active' else s}"
        for s in (*_ORDER, *(states.keys() - {*_ORDER}))
        if states[s]
    )
    wrong = sum(succeeded(known.job) is False for known in jobs)
    if wrong:
        counts += f"; {wrong} of them did not succeed"
    rest = len(ordered) - offset - len(shown)
    more = f"{rest} more: call again with offset={offset + len(shown)}." if rest > 0 else None
    cut = "The facility cuts long lists, so there may be more." if found.cut else None
    return JobList(
        summary=(f"{count(len(jobs), 'job')}: {counts}" if jobs else "No jobs match."),
        total=len(jobs),
        jobs=[JobReport.of(known).model_copy(update={"next_step": None}) for known in shown],
        unanswered={machine: one_line(str(error)) for machine, error in found.unanswered.items()},
        next_step=" ".join(note for note in (more, cut) if note) or None,
    )


def _by_attention(known: KnownJob) -> tuple[int, int, float, str]:
    state = known.job.state
    failed = state == "completed" and bool(known.job.exit_code)
    rank = _ORDER.index(state) if state in _ORDER else len(_ORDER)
    newest_first = -known.record.submitted_at.timestamp() if known.record else 0.0
    return rank, 0 if failed else 1, newest_first, known.job.id


def rendered_output(known: KnownJob, streams: list[StreamOutput]) -> str:
    """What a job wrote, each stream set apart as data."""
    blocks = [f"{known.job.id} on {known.resource.name}: {state_in_words(known.job)}"]
    for stream in streams:
        if stream.part is None:
            blocks.append(f"{stream.stream} ({stream.path}): {stream.missing}")
        elif not stream.part.content:
            blocks.append(f"{stream.stream} ({stream.path}) is empty.")
        else:
            blocks.append(
                f"{stream.stream}, {stream.part.extent()}\n{fenced(stream.part.content, keep_end=True)}"
            )
    return "\n\n".join(blocks)
