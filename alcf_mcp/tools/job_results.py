"""Results of the tools for one job, and what to call next."""

from __future__ import annotations

from alcf_mcp.facility.files.parts import FilePart
from alcf_mcp.facility.jobs.diagnosis import look_again_in, status_in_words
from alcf_mcp.facility.jobs.ensembles import MemberState, is_ensemble
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.jobs.output import StreamOutput
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.iri.models import Job
from alcf_mcp.journal import PlannedJob
from alcf_mcp.reports.content import fenced, fitted, room_for
from alcf_mcp.reports.facts import Result
from alcf_mcp.reports.jobs import JobReport
from alcf_mcp.reports.text import plain
from alcf_mcp.tools.file_results import left_out_before
from alcf_mcp.wording import named


def with_next_step(report: JobReport, known: KnownJob, *, waited_for: str | None = None) -> JobReport:
    """Add which tool to call next.

    Args:
        report: the job as reported.
        known: the job.
        waited_for: what did not happen during the wait.
    """
    return report.model_copy(update={"next_step": plain(_next_step(known, waited_for))})


def member_report(known: KnownJob, member: MemberState) -> JobReport:
    """Describe one member of a job's ensemble, and say how to see its output."""
    next_step = f"get_job_output with job_id={known.job.id!r} and member={member.number} shows its output."
    return JobReport.of_member(known, member).model_copy(update={"next_step": next_step})


def _next_step(known: KnownJob, waited_for: str | None) -> str:
    if known.forgotten:
        return (
            "PBS forgets ended jobs after two weeks, and may briefly not know a job: get_job checks again. "
            "get_job_output may find its output."
        )
    if known.not_known_yet:
        return f"The facility may take half a minute to know a new job. {_wait_again(known)}"
    if known.finished and is_ensemble(known) and not known.succeeded:
        return (
            f"get_job_output with job_id={known.job.id!r} and `member` shows what a member wrote; submit_job "
            f"with resume={known.job.id!r} runs those again that have not succeeded."
        )
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

    @classmethod
    def of_plans(cls, canceled: list[PlannedJob]) -> JobAction:
        """Describe the cancellation of a planned job and of all that waited for it."""
        first, *others = canceled
        also, ids = "So is" if len(others) == 1 else "So are", [job.id for job in others]
        with_it = f"{also} {named(ids)}, which waited for it. " if others else ""
        return cls(
            job_id=first.id,
            resource=first.resource,
            done="canceled",
            state="canceled",
            next_step=f"{with_it}list_jobs shows what is left.",
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
