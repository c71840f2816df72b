"""The jobs that were submitted from here, with what was requested and what has been seen of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from alcf_mcp.iri.models import WAITING_STATES, Job, JobSpec
from alcf_mcp.store import Connection, Row, Store, insert, marks_for

KEPT_BY_PBS = timedelta(days=14)
"""After this time PBS no longer knows an ended job (ALCF's user guides, 2026-08)."""


class SubmittedEnsemble(BaseModel):
    """The members that a job runs.

    Attributes:
        parameters: their parameters, as the user gave them.
        size: how many there are, over all jobs that run some of them.
        directory: the directory with their own directories.
        limit: the time limit of one member in seconds; 0 for none.
    """

    parameters: str
    size: int
    directory: str
    members_per_node: int = 1
    nodes_per_member: int = 0
    limit: int = 0


class SubmittedProgram(BaseModel):
    """What a job runs, as the user gave it; its specification only has it as it was sent."""

    script: str | None = None
    executable: str | None = None
    arguments: list[str] = []
    environment: dict[str, str] = {}
    ranks_per_node: int | None = None
    ensemble: SubmittedEnsemble | None = None


class SubmittedJob(BaseModel):
    """A job that was submitted from here.

    The facility does not report when a job started or ended: only the times at which it was seen are known.

    Attributes:
        program: what it runs, if that was recorded and has not been changed since.
        state: the last state seen.
        exit_code: the exit code, once one was seen.
        waiting_at: when it was last seen waiting.
        active_from: when it was first seen running.
        active_at: when it was last seen running.
        ended_by: when it was first seen to have ended.
        end_told: whether its end has been reported.
        submission_key: the key of the submission that it came from.
    """

    job_id: str
    resource_id: str
    resource: str
    submitted_at: datetime
    spec: JobSpec
    script: str | None = None
    program: SubmittedProgram | None = None
    state: str = "new"
    exit_code: int | None = None
    waiting_at: datetime | None = None
    active_from: datetime | None = None
    active_at: datetime | None = None
    ended_by: datetime | None = None
    end_told: bool = False
    submission_key: str | None = None

    def as_seen(self) -> Job:
        """Return the job as it was last seen."""
        return Job.model_validate(
            {"id": self.job_id, "status": {"state": self.state, "exit_code": self.exit_code}}
        )

    def having_seen(self, job: Job, now: datetime) -> SubmittedJob:
        """Return the record as it is after this check of the job."""
        seen: dict[str, object] = {"state": job.state, "exit_code": job.exit_code}
        if job.finished:
            seen["ended_by"] = self.ended_by or now
        elif job.state == "active":
            seen |= {"active_from": self.active_from or now, "active_at": now}
        elif job.state in WAITING_STATES:
            seen["waiting_at"] = now
        return self.model_copy(update=seen)


@dataclass(frozen=True)
class SubmittedJobs:
    """The submitted jobs of one journal."""

    store: Store

    async def record(self, job: SubmittedJob) -> None:
        """Record a submitted job, or its new specification after a change."""
        await self.store.run(lambda db: _record(db, job))

    async def claim(self, job: SubmittedJob) -> bool:
        """Record a job unless it is recorded already; returns whether it was new."""
        return await self.store.run(lambda db: _insert(db, job)) == 1

    async def submitted_with(self, key: str) -> SubmittedJob | None:
        """Return the job that is recorded as that of a submission, if there is one."""
        sql = "SELECT * FROM jobs WHERE submission_key = ?"
        return await self.store.read(lambda db: next(map(job_of, db.execute(sql, (key,))), None))

    async def note(self, jobs: Iterable[SubmittedJob]) -> None:
        """Record what was seen of jobs."""
        rows = [_seen(job) for job in jobs]
        sql = (
            "UPDATE jobs SET state = ?, exit_code = ?, waiting_at = ?, active_from = ?, active_at = ?,"
            " ended_by = ? WHERE job_id = ?"
        )
        if rows:
            await self.store.run(lambda db: db.executemany(sql, rows))

    async def note_told(self, job_ids: Iterable[str]) -> None:
        """Record that the end of jobs has been reported."""
        sql = "UPDATE jobs SET end_told = TRUE WHERE job_id = ?"
        rows = [(job_id,) for job_id in job_ids]
        if rows:
            await self.store.run(lambda db: db.executemany(sql, rows))

    async def named(self, job_id: str) -> list[SubmittedJob]:
        """Return the jobs with that id, or whose id begins with that number; newest first."""
        return await self.store.read(lambda db: _by_id(db, job_id))

    async def among(self, job_ids: Iterable[str]) -> dict[str, SubmittedJob]:
        """Return those of the named jobs that were submitted from here, by id."""
        wanted = list(job_ids)
        sql = f"SELECT * FROM jobs WHERE job_id IN ({marks_for(wanted)})"  # noqa: S608
        found = await self.store.read(lambda db: [job_of(row) for row in db.execute(sql, wanted)])
        return {job.job_id: job for job in found}

    async def since(self, moment: datetime, *, ended_too: bool, limit: int) -> list[SubmittedJob]:
        """Return the jobs from here whose end has not been reported; with ``ended_too``, all since a moment.

        Jobs that were not seen to have ended come first; within each group, the newest come first.
        """
        order = "ORDER BY ended_by IS NOT NULL, submitted_at DESC"
        # The index alone finds the right rows: whole rows, with their scripts, are slow to sort.
        sql = (
            "SELECT * FROM jobs WHERE job_id IN (SELECT job_id FROM jobs"  # noqa: S608
            " WHERE submitted_at >= ? AND (NOT end_told OR ? AND submitted_at >= ?)"
            f" {order} LIMIT ?) {order}"
        )
        earliest = min(moment, datetime.now(UTC) - KEPT_BY_PBS)
        values = (earliest.isoformat(), ended_too, moment.isoformat(), limit)
        return await self.store.read(lambda db: [job_of(row) for row in db.execute(sql, values)])

    async def not_ended(self, *, limit: int = 200) -> list[SubmittedJob]:
        """Return the jobs from here not seen to have ended that PBS may still know; newest first."""
        sql = (
            "SELECT * FROM jobs WHERE submitted_at >= ? AND ended_by IS NULL"
            " ORDER BY submitted_at DESC LIMIT ?"
        )
        values = ((datetime.now(UTC) - KEPT_BY_PBS).isoformat(), limit)
        return await self.store.read(lambda db: [job_of(row) for row in db.execute(sql, values)])

    async def last(self, resource_id: str | None = None, *, limit: int) -> list[SubmittedJob]:
        """Return the latest jobs submitted from here, to one machine or to all; newest first."""
        sql = "SELECT * FROM jobs WHERE ? IN (resource_id, '') ORDER BY submitted_at DESC LIMIT ?"
        values = (resource_id or "", limit)
        return await self.store.read(lambda db: [job_of(row) for row in db.execute(sql, values)])

    async def called(self, name: str, resource_id: str | None = None, *, limit: int) -> list[SubmittedJob]:
        """Return the latest jobs with this name, on one machine or on all; newest first."""
        sql = (
            "SELECT * FROM jobs WHERE name = ? AND ? IN (resource_id, '') ORDER BY submitted_at DESC LIMIT ?"
        )
        values = (name, resource_id or "", limit)
        return await self.store.read(lambda db: [job_of(row) for row in db.execute(sql, values)])

    async def canceled(self, job_ids: Iterable[str]) -> set[str]:
        """Return those of the named jobs that were canceled from here."""
        wanted = list(job_ids)
        sql = (
            "SELECT job_id FROM actions WHERE kind = 'cancel' AND outcome = 'done'"  # noqa: S608
            f" AND job_id IN ({marks_for(wanted)})"
        )
        return {str(row[0]) for row in await self.store.read(lambda db: db.execute(sql, wanted).fetchall())}


def _record(db: Connection, job: SubmittedJob) -> None:
    sql = "UPDATE jobs SET spec = ?, name = ?, program = ? WHERE job_id = ?"
    changed = _as_requested(job)
    values = (changed["spec"], changed["name"], changed["program"], job.job_id)
    if not db.execute(sql, values).rowcount:
        _insert(db, job)


def _insert(db: Connection, job: SubmittedJob) -> int:
    values = {
        "job_id": job.job_id,
        "resource_id": job.resource_id,
        "resource": job.resource,
        "submitted_at": job.submitted_at.isoformat(),
        "script": job.script,
        "submission_key": job.submission_key,
    }
    return insert(db, "jobs", values | _as_requested(job), "ON CONFLICT DO NOTHING")


def _as_requested(job: SubmittedJob) -> dict[str, str | None]:
    """What was requested, which a change of the job replaces."""
    return {
        "spec": job.spec.model_dump_json(exclude_none=True),
        "name": job.spec.name,
        "program": job.program.model_dump_json(exclude_defaults=True) if job.program else None,
    }


def _seen(job: SubmittedJob) -> tuple[object, ...]:
    times = (job.waiting_at, job.active_from, job.active_at, job.ended_by)
    return (job.state, job.exit_code, *(time and time.isoformat() for time in times), job.job_id)


def _by_id(db: Connection, job_id: str) -> list[SubmittedJob]:
    rows = db.execute(
        "SELECT * FROM jobs WHERE job_id = ? OR (job_id > ? AND job_id < ?)"
        " ORDER BY submitted_at DESC LIMIT 10",
        (job_id, f"{job_id}.", f"{job_id}/"),
    )
    return [job_of(row) for row in rows]


def job_of(row: Row) -> SubmittedJob:
    """Build a job from its row."""
    spec = JobSpec.model_validate_json(row["spec"], extra="ignore")
    program = row["program"] and SubmittedProgram.model_validate_json(row["program"], extra="ignore")
    return SubmittedJob(**{**dict(row), "spec": spec, "program": program})
