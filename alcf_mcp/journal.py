"""What this person's assistants did, in a SQLite file of the state directory that only the person can read.

Safe with many server processes at once: write-ahead logging, short transactions, a versioned schema.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import anyio.to_thread
from pydantic import BaseModel

from alcf_mcp.iri.models import JobSpec

T = TypeVar("T")

BUSY_SECONDS = 5.0

_SCHEMA = (
    """
    CREATE TABLE jobs (
        job_id TEXT PRIMARY KEY,
        resource_id TEXT NOT NULL,
        resource TEXT NOT NULL,
        submitted_at TEXT NOT NULL,
        spec TEXT NOT NULL,
        script TEXT
    ) STRICT;
    CREATE INDEX jobs_by_time ON jobs (submitted_at);
    """,
)
"""One entry a schema version; a file of an older version is brought forward step by step."""


class JournalError(Exception):
    """The journal can't be read or written; the message says where it is and what to do."""


class SubmittedJob(BaseModel):
    """A job that was submitted from here, with what was asked for."""

    job_id: str
    resource_id: str
    resource: str
    submitted_at: datetime
    spec: JobSpec
    script: str | None = None


@dataclass(frozen=True)
class Journal:
    """The journal of one state directory; every method runs off the event loop."""

    path: Path

    async def record_job(self, job: SubmittedJob) -> None:
        """Remember a submitted job, or what it has become."""
        await self._run(lambda db: _insert(db, job))

    async def jobs(self, job_ids: Iterable[str]) -> dict[str, SubmittedJob]:
        """Those of the named jobs that were submitted from here, by id."""
        wanted = list(job_ids)
        return {job.job_id: job for job in await self._run(lambda db: _by_ids(db, wanted))}

    async def job(self, job_id: str) -> SubmittedJob | None:
        """One submitted job, by its full id or by the id up to its first dot."""
        return await self._run(lambda db: _by_id(db, job_id))

    async def check(self) -> None:
        """Make sure that the journal can be written.

        Raises:
            JournalError: it can't be.
        """
        await self._run(lambda db: db.execute("BEGIN IMMEDIATE"))

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await anyio.to_thread.run_sync(self._in_transaction, work)

    def _in_transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with closing(self._connect()) as connection, connection:
                return work(connection)
        except (sqlite3.Error, OSError) as error:
            raise JournalError(f"The journal {self.path} can't be used ({error})") from None

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path.touch(mode=0o600)
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS)
        connection.row_factory = sqlite3.Row
        if _version(connection) < len(_SCHEMA):
            _bring_forward(connection)
        return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _bring_forward(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN EXCLUSIVE")
    # Another process may have been quicker: look again, now that nobody else can write.
    for version in range(_version(connection), len(_SCHEMA)):
        for statement in _SCHEMA[version].split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version + 1}")
    connection.commit()


def _insert(db: sqlite3.Connection, job: SubmittedJob) -> None:
    db.execute(
        "INSERT OR REPLACE INTO jobs (job_id, resource_id, resource, submitted_at, spec, script)"
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
