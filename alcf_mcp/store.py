"""The one file for the journal and for what was learned: a SQLite database shared by a user's processes.

It has write-ahead logging, short transactions and a versioned schema; only the user can read it.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import anyio.to_thread

from alcf_mcp import __version__
from alcf_mcp.private import StateError, make_private_directory, make_private_file

logger = logging.getLogger(__name__)

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
    """
    CREATE TABLE actions (
        id INTEGER PRIMARY KEY,
        began_at TEXT NOT NULL,
        ended_at TEXT,
        tool TEXT NOT NULL,
        arguments TEXT NOT NULL,
        client TEXT NOT NULL,
        shown TEXT,
        confirmed TEXT NOT NULL,
        outcome TEXT NOT NULL,
        detail TEXT,
        job_id TEXT,
        task_id TEXT,
        node_hours REAL NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX actions_by_time ON actions (began_at);
    CREATE TABLE approvals (
        code TEXT PRIMARY KEY,
        call TEXT NOT NULL,
        kind TEXT NOT NULL,
        tool TEXT NOT NULL,
        client TEXT NOT NULL,
        preview TEXT NOT NULL,
        asked_at REAL NOT NULL,
        approved_at REAL
    ) STRICT;
    """,
    """
    ALTER TABLE actions ADD COLUMN api_url TEXT NOT NULL DEFAULT '';
    ALTER TABLE actions ADD COLUMN process TEXT NOT NULL DEFAULT '';
    ALTER TABLE actions ADD COLUMN intent TEXT;
    CREATE INDEX open_actions ON actions (began_at) WHERE intent IS NOT NULL;
    CREATE TABLE not_offered (
        api_url TEXT NOT NULL,
        operation TEXT NOT NULL,
        said_at TEXT NOT NULL,
        PRIMARY KEY (api_url, operation)
    ) STRICT;
    CREATE TABLE waiting (
        process TEXT PRIMARY KEY,
        tasks INTEGER NOT NULL,
        said_at REAL NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE jobs ADD COLUMN state TEXT NOT NULL DEFAULT 'new';
    ALTER TABLE jobs ADD COLUMN exit_code INTEGER;
    ALTER TABLE jobs ADD COLUMN waiting_at TEXT;
    ALTER TABLE jobs ADD COLUMN active_from TEXT;
    ALTER TABLE jobs ADD COLUMN active_at TEXT;
    ALTER TABLE jobs ADD COLUMN ended_by TEXT;
    CREATE INDEX canceled_jobs ON actions (job_id) WHERE tool = 'cancel_job';
    """,
    """
    CREATE TABLE usage (
        api_url TEXT NOT NULL,
        project TEXT NOT NULL,
        capability TEXT NOT NULL,
        unit TEXT NOT NULL,
        used REAL NOT NULL,
        granted REAL NOT NULL,
        seen_at REAL NOT NULL,
        PRIMARY KEY (api_url, project, capability, unit, seen_at)
    ) STRICT;
    """,
    """
    CREATE TABLE paces (
        api_url TEXT NOT NULL,
        operation TEXT NOT NULL,
        seconds TEXT NOT NULL,
        PRIMARY KEY (api_url, operation)
    ) STRICT;
    """,
    """
    DROP INDEX jobs_by_time;
    CREATE INDEX jobs_by_time ON jobs (submitted_at, ended_by);
    """,
    """
    ALTER TABLE jobs ADD COLUMN end_told INTEGER NOT NULL DEFAULT 0;
    UPDATE jobs SET end_told = 1 WHERE ended_by IS NOT NULL;
    DROP INDEX jobs_by_time;
    CREATE INDEX jobs_by_time ON jobs (submitted_at, end_told, ended_by);
    """,
    """
    CREATE TABLE versions (
        schema INTEGER PRIMARY KEY,
        alcf_mcp TEXT NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE actions ADD COLUMN kind TEXT NOT NULL DEFAULT '';
    UPDATE actions SET kind = 'cancel' WHERE tool = 'cancel_job';
    DROP INDEX canceled_jobs;
    CREATE INDEX canceled_jobs ON actions (job_id) WHERE kind = 'cancel';
    """,
    """
    CREATE TABLE glimpses (
        machine TEXT PRIMARY KEY,
        updated REAL NOT NULL,
        running TEXT NOT NULL
    ) STRICT;
    CREATE TABLE ended_jobs (
        machine TEXT NOT NULL,
        number INTEGER NOT NULL,
        share REAL NOT NULL,
        seen_at REAL NOT NULL,
        PRIMARY KEY (machine, number)
    ) STRICT;
    """,
    """
    ALTER TABLE jobs ADD COLUMN program TEXT;
    """,
    """
    ALTER TABLE jobs ADD COLUMN submission_key TEXT;
    CREATE TABLE plans (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        created_at TEXT NOT NULL,
        api_url TEXT NOT NULL,
        resource_id TEXT NOT NULL,
        resource TEXT NOT NULL,
        after TEXT NOT NULL,
        after_resource_id TEXT NOT NULL,
        after_state TEXT NOT NULL,
        root TEXT NOT NULL,
        spec TEXT NOT NULL,
        request TEXT NOT NULL,
        program TEXT,
        replaces TEXT NOT NULL,
        node_hours REAL NOT NULL,
        arguments TEXT NOT NULL,
        client TEXT NOT NULL,
        shown TEXT,
        confirmed TEXT NOT NULL,
        state TEXT NOT NULL,
        action INTEGER,
        job_id TEXT,
        reason TEXT,
        told INTEGER NOT NULL DEFAULT 0,
        tries INTEGER NOT NULL DEFAULT 0,
        retry_at REAL NOT NULL DEFAULT 0,
        unseen_since REAL
    ) STRICT;
    CREATE INDEX open_plans ON plans (api_url) WHERE state IN ('waiting', 'submitting');
    CREATE INDEX plans_of_jobs ON plans (job_id);
    CREATE TABLE leases (
        name TEXT PRIMARY KEY,
        holder TEXT NOT NULL,
        until REAL NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE notices (
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        tries INTEGER NOT NULL,
        at REAL NOT NULL
    ) STRICT;
    """,
)
"""One entry per schema version; a file of an older version is upgraded step by step.

An entry is never changed or removed: there may be files that have it.
"""


class JournalError(StateError):
    """The journal can't be read or written; the message says where it is and why."""


@dataclass(frozen=True)
class Store:
    """The database at ``path``; its directory is created on first use."""

    path: Path

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do some work in one transaction, off the event loop.

        Raises:
            JournalError: the file can't be used.
        """
        return await anyio.to_thread.run_sync(self.run_now, work)

    def run_now(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do some work in one transaction, for callers that have no event loop."""
        try:
            make_private_directory(self.path.parent)
            make_private_file(self.path)
            with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS)) as connection:
                connection.row_factory = sqlite3.Row
                if _version(connection) > len(_SCHEMA):
                    return self._read_newer(connection, work)
                _prepare(connection)
                with connection:
                    return work(connection)
        except (sqlite3.Error, OSError) as error:
            raise JournalError(f"The journal {self.path} can't be used ({error})") from None

    def _read_newer(self, connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do some work that only reads: a newer version may expect more in a row than this one writes."""
        connection.execute("PRAGMA query_only = ON")
        try:
            return work(connection)
        except sqlite3.Error:
            raise JournalError(
                f"The journal {self.path} was written by alcf-mcp {_written_by(connection)}, which is newer "
                f"than this one ({__version__}), so nothing is changed: update alcf-mcp, or choose another "
                "directory with ALCF_MCP_STATE_DIR"
            ) from None


def _prepare(connection: sqlite3.Connection) -> None:
    if _version(connection) < len(_SCHEMA):
        _bring_forward(connection)
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        with suppress(sqlite3.OperationalError):  # in use right now: the next process will do it
            connection.execute("PRAGMA journal_mode = WAL")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _bring_forward(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN EXCLUSIVE")
    # Another process may have been quicker: check again, now that nobody else can write.
    for version in range(_version(connection), len(_SCHEMA)):
        for statement in _SCHEMA[version].split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version + 1}")
    connection.execute("INSERT OR REPLACE INTO versions VALUES (?, ?)", (len(_SCHEMA), __version__))
    connection.commit()


def _written_by(connection: sqlite3.Connection) -> str:
    """Return the version of alcf-mcp that upgraded the file to its schema."""
    try:
        row = connection.execute("SELECT alcf_mcp FROM versions ORDER BY schema DESC").fetchone()
    except sqlite3.Error:  # a schema without that table
        row = None
    return str(row[0]) if row else "of an unknown version"


async def or_else(using: Awaitable[T], otherwise: T) -> T:
    """Await work on the file; if the file can't be used, log that and return ``otherwise``."""
    try:
        return await using
    except JournalError as error:
        logger.warning("%s", error)
        return otherwise
