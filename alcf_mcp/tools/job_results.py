"""What the tools answer about jobs."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Annotated, Any

from alcf_mcp.facility.diagnosis import likely_cause, look_again_in, status_in_words
from alcf_mcp.facility.known_jobs import KnownJob, Listing
from alcf_mcp.facility.output import StreamOutput
from alcf_mcp.facility.preparing import Prepared
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.iri.models import Job
from alcf_mcp.tools.results import Result, Verbatim
from alcf_mcp.tools.text import clock, count, fenced, one_line, visible


class JobSubmission(Result):
    """A job that was submitted, or would be."""

    job_id: str | None = None
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
    script: Annotated[str | None, Verbatim()] = None
    request: Annotated[dict[str, Any] | None, Verbatim()] = None
    notes: list[str] = []
    next_step: str

    @classmethod
    def of(cls, prepared: Prepared, *, job: Job | None) -> JobSubmission:
        """Tell of a submission; without a job, of what would be sent."""
        spec, request = prepared.spec, prepared.request
        made = prepared.to_make
        directory = (
            f"The directory {made} {'was made' if job else 'would be made'}: it was missing." if made else ""
        )
        left = prepared.left if job is None else ""
        return cls(
            job_id=job.id if job else None,
            resource=prepared.machine.name,
            state=job.state if job else "not submitted (dry run)",
            name=spec.name,
            account=request.account,
            queue=request.queue,
            nodes=request.nodes,
            walltime=spoken(spec.attributes.duration or 0) if spec.attributes else None,
            most_node_hours=prepared.cost,
            stdout_path=spec.stdout_path,
            stderr_path=spec.stderr_path,
            script=None if job else request.rendered(),
            request=None if job else spec.to_wire(),
            notes=[note for note in (*prepared.used, directory, left, *prepared.notes) if note],
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
            self.walltime and f"walltime {self.walltime}",
            self.queue and f"queue {self.queue}",
            self.account and f"account {self.account}",
            self.most_node_hours is not None and f"at most {self.most_node_hours:g} node hours",
        ]
        lines = [
            f"{done} ({self.state}).",
            ", ".join(fact for fact in asked if fact),
            f"stdout {self.stdout_path}, stderr {self.stderr_path}",
            *self.notes,
            self.script and f"The node would run:\n{self.script}",
            self.request and f"request: {self.request}",
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
    walltime: str | None = None
    submitted_at: datetime | None = None
    stdout_path: str | None = None
    stderr_path: str | None = None
    message: str | None = None
    likely_cause: str | None = None
    stderr_end: Annotated[str | None, Verbatim()] = None
    stdout_end: Annotated[str | None, Verbatim()] = None
    next_step: str | None = None

    @classmethod
    def of(
        cls, known: KnownJob, *, waited_for: str | None = None, ends: dict[str, str] | None = None
    ) -> JobReport:
        """Tell of a job.

        Args:
            known: the job.
            waited_for: what did not happen while we waited.
            ends: the end of what it wrote, by stream.
        """
        job, spec = known.job, known.spec
        attributes = spec.attributes if spec else None
        return cls(
            job_id=job.id,
            resource=known.resource.name,
            state=known.state,
            status=status_in_words(known),
            exit_code=known.exit_code,
            succeeded=known.succeeded,
            name=spec.name if spec else None,
            account=attributes.account if attributes else None,
            queue=attributes.queue_name if attributes else None,
            nodes=known.nodes,
            walltime=spoken(known.walltime) if known.walltime else None,
            submitted_at=known.record.submitted_at if known.record else None,
            stdout_path=spec.stdout_path if spec else None,
            stderr_path=spec.stderr_path if spec else None,
            message=one_line(job.status.message) or None if job.status else None,
            likely_cause=likely_cause(known),
            **{f"{stream}_end": visible(end) for stream, end in (ends or {}).items() if end},
            next_step=_next_step(known, waited_for),
        )

    @property
    def identity(self) -> str:
        """What the job is, on one line, without what changes by the minute."""
        facts = [
            self.name,
            self.nodes and count(self.nodes, "node"),
            self.walltime and f"walltime {self.walltime}",
            self.queue and f"queue {self.queue}",
            self.account and f"account {self.account}",
            self.submitted_at and f"submitted {clock(self.submitted_at)}",
        ]
        about = ", ".join(str(fact) for fact in facts if fact)
        return f"{self.job_id} on {self.resource}" + (f" ({about})" if about else "")

    def headline(self) -> str:
        """The job on one line, with how it is."""
        what, _, about = self.identity.partition(" (")
        return f"{what}: {self.status}" + (f" ({about}" if about else "")

    def text(self) -> str:
        """The headline, what went wrong, where the output goes, what to do next."""
        output = self.stdout_path and f"stdout {self.stdout_path}, stderr {self.stderr_path}"
        ends = [
            f"the end of {stream}:\n{fenced(end, keep_end=True)}"
            for stream, end in (("stderr", self.stderr_end), ("stdout", self.stdout_end))
            if end
        ]
        lines = (self.headline(), self.message, self.likely_cause, *ends, output, self.next_step)
        return "\n".join(line for line in lines if line)


def _next_step(known: KnownJob, waited_for: str | None) -> str:
    if known.forgotten:
        return "PBS keeps jobs for two weeks. get_job_output may still find what it wrote."
    if known.finished:
        return f"get_job_output with job_id={known.job.id!r} shows what it wrote."
    if waited_for:
        pause = spoken(look_again_in(known))
        return f"It has not {waited_for} yet: wait_for_job again, best in about {pause}."
    return f"wait_for_job with job_id={known.job.id!r} waits for its end."


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
    """Jobs, those that run first."""

    summary: str
    total: int
    jobs: list[JobReport]
    unanswered: dict[str, str] = {}
    note: str | None = None
    next_step: str | None = None

    def text(self) -> str:
        """A job a line."""
        silent = [f"{machine} did not answer: {why}" for machine, why in self.unanswered.items()]
        lines = [self.summary, *(job.headline() for job in self.jobs), *silent, self.note, self.next_step]
        return "\n".join(line for line in lines if line)


_ORDER = ("active", "held", "queued", "new")
_WAITS_OR_RUNS = {"active": "running"}


def listing(found: Listing, jobs: list[KnownJob], *, since: str | None, limit: int, offset: int) -> JobList:
    """Order, count and cut a list of jobs.

    Args:
        found: what the facility answered.
        jobs: those of its jobs that are wanted.
        since: how far back ended jobs were asked for, in the person's words.
        limit: most jobs to tell.
        offset: jobs to leave out.
    """
    ordered = sorted(jobs, key=_by_attention)
    shown = ordered[offset : offset + limit]
    rest = len(ordered) - offset - len(shown)
    more = f"{rest} more: call again with offset={offset + len(shown)}." if rest > 0 else None
    cut = "The facility cuts long lists, so there may be more." if found.cut else None
    return JobList(
        summary=_summary(jobs, since),
        total=len(jobs),
        jobs=[JobReport.of(known).model_copy(update={"next_step": None}) for known in shown],
        unanswered={machine: one_line(str(error)) for machine, error in found.unanswered.items()},
        note=cut,
        next_step=more,
    )


def _summary(jobs: list[KnownJob], since: str | None) -> str:
    """How many jobs run, wait and have ended, and how: `3 running, 1 queued; 2 ended, 1 of them failed`."""
    ended = [known for known in jobs if known.finished]
    states = Counter(known.state for known in jobs if not known.finished)
    alive = [
        f"{states[s]} {_WAITS_OR_RUNS.get(s, s)}"
        for s in (*_ORDER, *sorted(states.keys() - {*_ORDER}))
        if states[s]
    ]
    parts = [", ".join(alive) or "no job waits or runs"]
    if ended:
        canceled = sum(known.state == "canceled" for known in ended)
        failed = sum(known.succeeded is False for known in ended) - canceled
        wrong = [f"{n} of them {what}" for n, what in ((failed, "failed"), (canceled, "canceled")) if n]
        parts.append(", ".join([f"{len(ended)} ended{f' since {since}' if since else ''}", *wrong]))
    return f"{count(len(jobs), 'job')}: {'; '.join(parts)}" if jobs else "No jobs match."


def _by_attention(known: KnownJob) -> tuple[int, int, float, str]:
    rank = _ORDER.index(known.state) if known.state in _ORDER else len(_ORDER)
    wrong = known.succeeded is False and known.state != "canceled"
    newest_first = -known.record.submitted_at.timestamp() if known.record else 0.0
    return rank, 0 if wrong else 1, newest_first, known.job.id


def rendered_output(known: KnownJob, streams: list[StreamOutput]) -> str:
    """What a job wrote, each stream set apart as data."""
    blocks = [f"{known.job.id} on {known.resource.name}: {status_in_words(known)}"]
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
