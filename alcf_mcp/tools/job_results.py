"""Results of the tools for one job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from alcf_mcp.facility.files.parts import FilePart
from alcf_mcp.facility.jobs.diagnosis import likely_cause, look_again_in, status_in_words
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.jobs.output import StreamOutput
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.iri.models import Job
from alcf_mcp.tools.content import fenced, fitted, room_for
from alcf_mcp.tools.file_results import left_out_before
from alcf_mcp.tools.results import Result, Verbatim
from alcf_mcp.tools.text import clock, count, one_line, visible

UNKNOWN = "unknown"
"""The state of a job that the facility does not know and whose end was not seen."""


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
    output_note: str | None = None
    next_step: str | None = None

    @classmethod
    def of(
        cls, known: KnownJob, *, waited_for: str | None = None, ends: Sequence[StreamOutput] = ()
    ) -> JobReport:
        """Describe a job.

        Args:
            known: the job.
            waited_for: what did not happen during the wait.
            ends: the ends of its output.
        """
        job, spec = known.job, known.spec
        attributes = spec.attributes if spec else None
        return cls(
            job_id=job.id,
            resource=known.resource.name,
            state=UNKNOWN if known.lost else known.state,
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
            **{f"{one.stream}_end": visible(one.end) for one in ends if one.end},
            output_note=" ".join(dict.fromkeys(one.doubt for one in ends if one.end and one.doubt)) or None,
            next_step=_next_step(known, waited_for),
        )

    @property
    def identity(self) -> str:
        """What the job is, on one line, without details that change by the minute."""
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
        """The job on one line, with its status."""
        what, _, about = self.identity.partition(" (")
        return f"{what}: {self.status}" + (f" ({about}" if about else "")

    def text(self) -> str:
        """The headline, what went wrong, where the output goes, and what to do next."""
        output = self.stdout_path and f"stdout {self.stdout_path}, stderr {self.stderr_path}"
        ends = [
            f"the end of {stream}:\n{fenced(end, keep_end=True)}"
            for stream, end in (("stderr", self.stderr_end), ("stdout", self.stdout_end))
            if end
        ]
        lines = (
            self.headline(),
            self.message,
            self.likely_cause,
            *ends,
            self.output_note,
            output,
            self.next_step,
        )
        return "\n".join(line for line in lines if line)


def _next_step(known: KnownJob, waited_for: str | None) -> str:
    if known.forgotten:
        return (
            "PBS forgets ended jobs after two weeks, and may briefly not know a job: get_job checks again. "
            "get_job_output may find its output."
        )
    if known.not_known_yet:
        return f"The facility may take half a minute to know a new job. {_wait_again(known)}"
    if known.finished:
        return f"get_job_output with job_id={known.job.id!r} shows its output."
    if waited_for:
        pause = spoken(look_again_in(known))
        return f"It has not {waited_for} yet: call wait_for_job again, ideally in about {pause}."
    return _wait_again(known)


def _wait_again(known: KnownJob) -> str:
    return f"wait_for_job with job_id={known.job.id!r} waits for it to end."


_STAYS_ACTIVE = "A job stays active for some seconds after it is canceled. "


class JobAction(Result):
    """What was done to a job."""

    job_id: str
    resource: str
    done: str
    state: str
    next_step: str

    @classmethod
    def of(cls, known: KnownJob, job: Job | None, done: str) -> JobAction:
        """Describe what was done and the job's state now; without a job, that could not be looked up."""
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


def rendered_output(known: KnownJob, streams: list[StreamOutput], *, lines: int, reading_on: bool) -> str:
    """A job's output, each stream set apart as data, and how to read on.

    Args:
        known: the job.
        streams: its streams.
        lines: how many lines of each were asked for.
        reading_on: whether the output was read on from an offset, rather than from its end.
    """
    room = room_for(None if reading_on else lines, *(stream.path for stream in streams))
    blocks = [f"{known.job.id} on {known.resource.name}: {status_in_words(known)}"]
    for stream in streams:
        where = f"{stream.stream} ({stream.path})"
        if stream.part is None:
            blocks.append(f"{where}: {stream.missing}")
        elif not stream.part.content:
            empty = "has nothing more" if stream.part.start else "is empty"
            blocks.append(f"{where} {empty}. {stream.doubt}".rstrip())
        else:
            blocks.append(_rendered_stream(known, stream, stream.part, room, reading_on))
    return "\n\n".join(blocks)


def _rendered_stream(
    known: KnownJob, stream: StreamOutput, whole: FilePart, room: int, reading_on: bool
) -> str:
    part, left_out = fitted(whole, room, keep_end=not reading_on)
    told = [f"{stream.stream}, {part.extent()}", *([stream.doubt] if stream.doubt else [])]
    if left_out and not reading_on:
        told.append(f"{left_out_before(part, left_out)}.")
    told.append(fenced(part.content, keep_end=not reading_on, start=part.start))
    if part.end is not None and not (part.at_end and known.finished):
        told.append(f"To read on: get_job_output with stream={stream.stream!r} and since_offset={part.end}.")
    return "\n".join(told)
