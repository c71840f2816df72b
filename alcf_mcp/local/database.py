"""The facility's database: one SQLite file that all processes on the same root share."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import anyio.to_thread

from alcf_mcp.private import make_private_file

T = TypeVar("T")

_BUSY_SECONDS = 10.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT UNIQUE,
    machine TEXT NOT NULL,
    state TEXT NOT NULL,
    queue TEXT NOT NULL,
    account TEXT NOT NULL,
    node_count INTEGER NOT NULL,
    walltime INTEGER NOT NULL,
    spec TEXT NOT NULL,
    submitted REAL NOT NULL,
    started REAL,
    ended REAL,
    nodes TEXT NOT NULL DEFAULT '',
    exit_code INTEGER,
    canceled INTEGER NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state);
CREATE TABLE IF NOT EXISTS tasks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT UNIQUE NOT NULL,
    owner TEXT NOT NULL,
    status TEXT NOT NULL,
    command TEXT NOT NULL,
    args TEXT NOT NULL,
    active_at REAL NOT NULL,
    due REAL NOT NULL,
    claimed REAL,
    result TEXT,
    seen INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS tasks_by_status ON tasks (status);
CREATE TABLE IF NOT EXISTS resource_status (
    resource_id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    last_modified REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS incidents (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    type TEXT NOT NULL,
    resolution TEXT NOT NULL,
    start REAL NOT NULL,
    "end" REAL,
    last_modified REAL NOT NULL,
    resource_ids TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY,
    incident_id TEXT,
    resource_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    occurred_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS idempotency_keys (
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    since REAL NOT NULL,
    answer TEXT,
    PRIMARY KEY (operation, key)
);
"""

FIRST_JOB_NUMBER = 1001


class Database:
    """Short transactions on the facility's SQLite file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        make_private_file(path)
        with _alone(path.with_suffix(".lock")), closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
            connection.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT 'jobs', ?"
                " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'jobs')",
                (FIRST_JOB_NUMBER - 1,),
            )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start, so what it reads stays true."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in a write transaction, off the event loop."""

        def run() -> T:
            with self.transaction() as connection:
                return work(connection)

        return await anyio.to_thread.run_sync(run)

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work``, which must only read, off the event loop."""

        def run() -> T:
            with closing(self._connect()) as connection:
                return work(connection)

        return await anyio.to_thread.run_sync(run)

    def _connect(self) -> sqlite3.Connection:
        # Transactions begin explicitly: the module's implicit ones do not take the write lock at once.
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process at a time set up the database: SQLite does not wait when the journal mode changes."""
    make_private_file(path)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
