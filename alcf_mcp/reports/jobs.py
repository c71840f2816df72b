"""Reports on one job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import PrivateAttr

from alcf_mcp.facility import Facility
from alcf_mcp.facility.jobs.diagnosis import likely_cause, status_in_words
from alcf_mcp.facility.jobs.ensembles import MemberState, Progress
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.jobs.output import StreamOutput
from alcf_mcp.facility.jobs.request import JobRequest
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.facility.weather import Outlook
from alcf_mcp.journal import or_else
from alcf_mcp.reports.content import fenced
from alcf_mcp.reports.facts import Facts, Result, Verbatim
from alcf_mcp.reports.moments import Moments
from alcf_mcp.reports.outlook import outlook_facts, seen_in_feed
from alcf_mcp.reports.text import clock, one_line, visible
from alcf_mcp.wording import count, in_node_hours

UNKNOWN = "unknown"
"""The state of a job that the facility does not know and whose end was not seen."""


class JobTerms(Facts):
    """What a job asks for, and where."""

    resource: str | None = None
    account: str | None = None
    queue: str | None = None
    nodes: int | None = None
    walltime: str | None = None


class ListedJob(Facts):
    """One job of a list."""

    job_id: str
    resource: str | None = None
    state: str
    status: str
    starts: str | None = None
    exit_code: int | None = None
    succeeded: bool | None = None
    name: str | None = None
    account: str | None = None
    queue: str | None = None
    nodes: int | None = None
    walltime: str | None = None
    submitted_at: datetime | None = None
    message: str | None = None
    likely_cause: str | None = None
    _moments: Moments | None = PrivateAttr(None)

    @classmethod
    def of(cls, known: KnownJob, seen: Outlook | None = None, **more: Any) -> Self:
        """Describe a job.

        Args:
            known: the job.
            seen: what its machine's activity feed tells of it.
            more: other fields.
        """
        job, spec = known.job, known.spec
        attributes = spec.attributes if spec else None
        described = cls(
            job_id=job.id,
            resource=known.resource.name,
            state=UNKNOWN if known.lost else known.state,
            status=status_in_words(known) + seen_in_feed(known, seen),
            exit_code=known.exit_code,
            succeeded=known.succeeded,
            name=spec.name if spec else None,
            account=attributes.account if attributes else None,
            queue=attributes.queue_name if attributes else None,
            nodes=known.nodes,
            walltime=spoken(known.walltime) if known.walltime else None,
            submitted_at=known.record.submitted_at.replace(microsecond=0) if known.record else None,
            message=one_line(job.status.message) or None if job.status else None,
            likely_cause=likely_cause(known),
            **more,
        )
        described._moments = Moments.of(known, seen)
        return described

    def moments(self) -> dict[str, Any]:
        """Its times, by its id, for views."""
        return {self.job_id: self._moments.drawn()} if self._moments else {}

    @property
    def identity(self) -> str:
        """What the job is, on one line, without details that change by the minute."""
        what, about = self._what_and_about()
        return what + about

    def headline(self) -> str:
        """The job on one line, with its status."""
        what, about = self._what_and_about()
        starts = f", may start {self.starts}" if self.starts else ""
        return f"{what}: {self.status}{starts}{about}"

    def _what_and_about(self) -> tuple[str, str]:
        submitted = self.submitted_at and f"submitted {clock(self.submitted_at)}"
        about = ", ".join(fact for fact in (self.name, *asked_for(self), submitted) if fact)
        what = f"{self.job_id} on {self.resource}" if self.resource else self.job_id
        return what, f" ({about})" if about else ""


def asked_for(job: JobTerms | ListedJob) -> list[str]:
    """What a job asks for, fact by fact."""
    facts = [
        job.nodes and count(job.nodes, "node"),
        job.walltime and f"walltime {job.walltime}",
        job.queue and f"queue {job.queue}",
        job.account and f"account {job.account}",
    ]
    return [fact for fact in facts if fact]


SHOWN_LINES = 8
"""Lines of a script that are shown where the whole would be too long."""


def what_runs(request: JobRequest) -> list[str]:
    """The first lines of what the node would run."""
    lines = (request.rendered() or "").splitlines()
    more = [f"  … ({count(len(lines), 'line')} in all)"] if len(lines) > SHOWN_LINES else []
    named = f" {request.name}" if request.name else ""
    return [f"It runs{named}:", *(f"  {line}" for line in lines[:SHOWN_LINES]), *more] if lines else []


class JobReport(ListedJob, Result):
    """One job, with its output."""

    most_node_hours: float | None = None
    runs: list[str] | None = None
    outlook: str | None = None
    runs_on: list[str] | None = None
    ends_by: datetime | None = None
    members: str | None = None
    member: int | None = None
    member_state: str | None = None
    member_exit_code: int | None = None
    stdout_path: str | None = None
    stderr_path: str | None = None
    stderr_end: Annotated[str | None, Verbatim()] = None
    stdout_end: Annotated[str | None, Verbatim()] = None
    output_note: str | None = None
    plan: str | None = None
    next_step: str | None = None
    _progress: Progress | None = PrivateAttr(None)

    @classmethod
    def with_output(
        cls,
        known: KnownJob,
        *,
        ends: Sequence[StreamOutput] = (),
        outlook: Outlook | None = None,
        progress: Progress | None = None,
    ) -> JobReport:
        """Describe a job, its output and its outlook; what to do next is the caller's to say.

        Args:
            known: the job.
            ends: the ends of its output.
            outlook: what its machine's activity feed tells of it.
            progress: how far its members are, if it is an ensemble.
        """
        report = cls.of(
            known,
            outlook,
            **outlook_facts(outlook),
            members=progress and progress.in_words(),
            stdout_path=known.spec.stdout_path if known.spec else None,
            stderr_path=known.spec.stderr_path if known.spec else None,
            **{f"{one.stream}_end": visible(one.end) for one in ends if one.end},
            output_note=" ".join(dict.fromkeys(one.doubt for one in ends if one.end and one.doubt)) or None,
        )
        report._progress = progress
        return report

    @classmethod
    def of_member(cls, known: KnownJob, member: MemberState) -> JobReport:
        """Describe a job and one member of its ensemble."""
        return cls.of(
            known,
            member=member.number,
            member_state=member.in_words(),
            member_exit_code=member.exit_code,
        )

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
            self.outlook,
            self.message,
            self.likely_cause,
            self.members and f"Members: {self.members}.",
            self.member_state and f"Member {self.member}: {self.member_state}.",
            self.most_node_hours is not None and f"It costs at most {in_node_hours(self.most_node_hours)}.",
            *(self.runs or ()),
            *ends,
            self.output_note,
            output,
            self.plan and f"It was planned as {self.plan}.",
            self.next_step,
        )
        return "\n".join(line for line in lines if line)

    def drawn(self) -> dict[str, Any]:
        """The job's times, and the state of each member of its ensemble."""
        members = {"members": self._progress.drawn()} if self._progress else {}
        return {"jobs": self.moments(), **members}


async def reported(facility: Facility, known: KnownJob) -> JobReport:
    """Describe a job, with the end of its output once it has ended, and note that its end was told."""
    ends: list[StreamOutput] = []
    if known.finished and known.state != "canceled":
        streams = ("stdout",) if known.succeeded else ("stderr", "stdout")
        ends = [end for one in streams if (end := await facility.output.end_of(known, one))]
    outlook = None if known.finished else await facility.weather.outlook(known)
    progress = await facility.ensembles.progress_in_time(known)
    report = JobReport.with_output(known, ends=ends, outlook=outlook, progress=progress)
    await facility.jobs.note_told(known)
    planned = await or_else(facility.shared.journal.plans.of_job(known.job.id), None)
    return report.model_copy(update={"plan": planned.id}) if planned else report
