"""The jobs that were submitted from here, with what was asked for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from alcf_mcp.iri.models import JobSpec
from alcf_mcp.journal.store import Store


class SubmittedJob(BaseModel):
    """A job that was submitted from here."""

    job_id: str
    resource_id: str
    resource: str
    submitted_at: datetime
    spec: JobSpec
    script: str | None = None


@dataclass(frozen=True)
class SubmittedJobs:
    """The submitted jobs of one journal."""

    store: Store

    async def record(self, job: SubmittedJob) -> None:
        """Remember a submitted job, or what it has become."""
        await self.store.run(lambda db: _insert(db, job))

    async def claim(self, job: SubmittedJob) -> bool:
        """Remember a job that nobody has claimed; whether that was so."""
        return await self.store.run(lambda db: _insert(db, job, "IGNORE")) == 1

    async def find(self, job_id: str) -> SubmittedJob | None:
        """One job, by its full id or by the id up to its first dot."""
        return await self.store.run(lambda db: _by_id(db, job_id))

    async def among(self, job_ids: Iterable[str]) -> dict[str, SubmittedJob]:
        """Those of the named jobs that were submitted from here, by id."""
        wanted = list(job_ids)
        return {job.job_id: job for job in await self.store.run(lambda db: _by_ids(db, wanted))}


def _insert(db: sqlite3.Connection, job: SubmittedJob, conflict: str = "REPLACE") -> int:
    cursor = db.execute(
        f"INSERT OR {conflict} INTO jobs (job_id, resource_id, resource, submitted_at, spec, script)"  # noqa: S608
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            job.job_id,
            job.resource_id,
            job.resource,
            job.submitted_at.isoformat(),
            job.spec.model_dump_json(exclude_none=True),
            job.script,
        ),
    )
    return cursor.rowcount


def _by_ids(db: sqlite3.Connection, job_ids: list[str]) -> list[SubmittedJob]:
    rows = db.execute(
        "SELECT jobs.* FROM jobs JOIN json_each(?) AS wanted ON wanted.value = jobs.job_id",
        (json.dumps(job_ids),),
    )
    return [_job(row) for row in rows]


def _by_id(db: sqlite3.Connection, job_id: str) -> SubmittedJob | None:
    row = db.execute(
        "SELECT * FROM jobs WHERE job_id = ? OR substr(job_id, 1, instr(job_id, '.') - 1) = ?"
        " ORDER BY submitted_at DESC LIMIT 1",
        (job_id, job_id),
    ).fetchone()
    return _job(row) if row else None


def _job(row: sqlite3.Row) -> SubmittedJob:
    return SubmittedJob(**{**dict(row), "spec": JobSpec.model_validate_json(row["spec"], extra="ignore")})
