"""Lists of jobs: which ones are wanted, their order, and what they come to."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from alcf_mcp.facility import Facility
from alcf_mcp.facility.jobs.known import KnownJob, Listing
from alcf_mcp.facility.walltime import parse_since
from alcf_mcp.facility.weather import Outlook
from alcf_mcp.iri.models import JOB_STATES, WAITING_STATES
from alcf_mcp.reports.facts import Result
from alcf_mcp.reports.job_state import JobState
from alcf_mcp.reports.jobs import UNKNOWN, JobTerms, ListedJob, asked_for
from alcf_mcp.reports.outlook import short_start
from alcf_mcp.reports.plans import planned_lines
from alcf_mcp.reports.text import one_line
from alcf_mcp.reports.unless_stated import told_once
from alcf_mcp.wording import count

STATES_MEANT = {"running": {"active"}, "done": {"completed", "failed", "canceled"}} | {
    s: {s} for s in (*JOB_STATES, UNKNOWN)
}


class JobList(Result):
    """Jobs, running ones first; ``total`` counts all that match, ``jobs`` holds those asked for.

    A job has what ``unless_stated`` says, unless it says otherwise itself. ``planned`` tells of planned jobs.
    """

    summary: str
    total: int
    unless_stated: JobTerms | None = None
    jobs: list[ListedJob]
    planned: list[str] | None = None
    unanswered: dict[str, str] = {}
    note: str | None = None
    next_step: str | None = None

    def lean(self) -> JobList:
        """The same list, saying only once what most of its jobs ask for."""
        terms, jobs = told_once(self.jobs, JobTerms)
        return self.model_copy(update={"unless_stated": terms, "jobs": jobs})

    def with_planned(self, number: int, lines: list[str]) -> JobList:
        """The same list with planned jobs; ``number`` says how many are not over."""
        summary = f"{self.summary.rstrip('.')}; {number} planned" if number else self.summary
        return self.model_copy(update={"summary": summary, "planned": lines or None})

    def text(self) -> str:
        """One job per line."""
        silent = [f"{machine} did not answer: {why}" for machine, why in self.unanswered.items()]
        jobs = [job.headline() for job in self.jobs]
        lines = [
            self.summary,
            self._unless_stated(),
            *jobs,
            *(self.planned or ()),
            *silent,
            self.note,
            self.next_step,
        ]
        return "\n".join(line for line in lines if line)

    def drawn(self) -> dict[str, Any]:
        """The times of the jobs."""
        return {"jobs": {job_id: times for job in self.jobs for job_id, times in job.moments().items()}}

    def _unless_stated(self) -> str | None:
        if self.unless_stated is None:
            return None
        where = [f"on {self.unless_stated.resource}"] if self.unless_stated.resource else []
        return f"Unless stated: {', '.join([*where, *asked_for(self.unless_stated)])}"


_ORDER = ("active", "held", "queued", "new")
_WAITS_OR_RUNS = {"active": "running"}


async def listed_jobs(
    facility: Facility,
    *,
    resource: str | None = None,
    state: JobState | None = None,
    name: str | None = None,
    since: str | None = None,
    include_finished: bool = False,
    limit: int,
    offset: int = 0,
) -> JobList:
    """List the user's jobs, and note which ends were told. Ended jobs are listed until their end is reported.

    Args:
        facility: the facility.
        resource: only this machine.
        state: only this state.
        name: part of the job's name.
        since: how far back ended jobs are wanted: "today", "2h", ISO 8601.
        include_finished: ended jobs too.
        limit: the maximum number of jobs to list.
        offset: the number of jobs to skip.

    Raises:
        InvalidCall: there is no such machine or time.
    """
    wanted = STATES_MEANT[state] if state else None
    after = parse_since(since) if since else None
    ended_too = include_finished or bool(wanted and wanted & STATES_MEANT["done"])
    found = await facility.jobs.listed(resource or None, include_finished=ended_too, since=after)
    jobs = [
        known
        for known in found.jobs
        if (ended_too or not known.finished or known.just_ended) and _matches(known, wanted, name, after)
    ]
    listed = await _listing(facility, found, jobs, since=since, limit=limit, offset=offset)
    if not (state or offset):
        listed = listed.with_planned(*await planned_lines(facility, resource=resource, name=name))
    told = {job.job_id for job in listed.jobs}
    await facility.jobs.note_listed(
        (known for known in jobs if known.job.id in told), more=offset + len(listed.jobs) < listed.total
    )
    return listed


def _matches(known: KnownJob, states: set[str] | None, name: str | None, after: datetime | None) -> bool:
    if states is not None and _as_meant(known) not in states:
        return False
    if name is not None and name.casefold() not in ((known.spec and known.spec.name) or "").casefold():
        return False
    if after is None or not known.finished:  # waiting and running jobs are current
        return True
    # The end time of a job submitted elsewhere is not known.
    return known.record is not None and (known.record.ended_by or known.record.submitted_at) >= after


def _as_meant(known: KnownJob) -> str:
    """A job's state in everyday terms: one that ended with an error has failed, whatever PBS calls it."""
    if known.lost:
        return UNKNOWN
    if known.failed:
        return "failed"
    return "completed" if known.finished and known.state not in JOB_STATES else known.state


async def _listing(
    facility: Facility, found: Listing, jobs: list[KnownJob], *, since: str | None, limit: int, offset: int
) -> JobList:
    """Order, count and page a list of jobs.

    Args:
        facility: the facility.
        found: the facility's answer.
        jobs: the jobs in it that are wanted.
        since: how far back ended jobs were requested, in the user's words.
        limit: the maximum number of jobs to list.
        offset: the number of jobs to skip.
    """
    page = sorted(jobs, key=_by_attention)[offset : offset + limit]
    outlooks = await facility.weather.outlooks([known for known in page if known.state in WAITING_STATES])
    return JobList(
        summary=_summary(jobs, since),
        total=len(jobs),
        jobs=[_listed(known, outlooks.get(known.job.id)) for known in page],
        unanswered={machine: one_line(str(error)) for machine, error in found.unanswered.items()},
        note="The facility truncates long lists, so there may be more." if found.cut else None,
    )


def _listed(known: KnownJob, outlook: Outlook | None) -> ListedJob:
    return ListedJob.of(known, outlook, starts=short_start(outlook))


def _summary(jobs: list[KnownJob], since: str | None) -> str:
    """How many jobs run, wait and have ended, and how: `3 running, 1 queued; 2 ended, 1 of them failed`.

    Jobs that could not be looked up are counted separately: `1 last seen running`.
    """
    ended = [known for known in jobs if known.finished]
    lost = sum(known.lost for known in jobs)
    states = Counter(
        (known.out_of_sight, known.state) for known in jobs if not (known.finished or known.lost)
    )
    alive = [
        f"{number} {'last seen ' if hidden else ''}{_WAITS_OR_RUNS.get(state, state)}"
        for (hidden, state), number in sorted(states.items(), key=_by_sight_and_order)
    ]
    if lost:
        alive.append(f"{lost} not known to the facility now")
    parts = [", ".join(alive) or "none waiting or running"]
    if ended:
        canceled = sum(known.state == "canceled" for known in ended)
        failed = sum(known.failed for known in ended)
        wrong = [f"{n} of them {what}" for n, what in ((failed, "failed"), (canceled, "canceled")) if n]
        parts.append(", ".join([f"{len(ended)} ended{f' since {since}' if since else ''}", *wrong]))
    return f"{count(len(jobs), 'job')}: {'; '.join(parts)}" if jobs else "No jobs match."


def _by_sight_and_order(counted: tuple[tuple[bool, str], int]) -> tuple[bool, int, str]:
    (hidden, state), _ = counted
    return hidden, _rank(state), state


def _by_attention(known: KnownJob) -> tuple[int, int, float, str]:
    rank = len(_ORDER) if known.lost else _rank(known.state) + known.finished
    newest_first = -known.record.submitted_at.timestamp() if known.record else 0.0
    return rank, 0 if known.failed else 1, newest_first, known.job.id


def _rank(state: str) -> int:
    return _ORDER.index(state) if state in _ORDER else len(_ORDER)
