"""A person's store as one SQLite file, which all processes of that person share.

It has write-ahead logging, short transactions and a versioned schema; only the user can read it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from alcf_mcp import __version__
from alcf_mcp.private import make_private_directory, make_private_file
from alcf_mcp.store import JournalError, Store, Work
from alcf_mcp.store.sqlite_schema import SCHEMA

T = TypeVar("T")

BUSY_SECONDS = 5.0


@dataclass(frozen=True)
class SQLiteStore(Store):
    """The database at ``path``; its directory is created on first use."""

    path: Path

    def exists(self) -> bool:
        """Return whether there is a file."""
        return self.path.exists()

    def run_now(self, work: Work[T]) -> T:
        """Do work that may change something, in one transaction; not in a file that a newer version wrote."""
        with self._open() as connection:
            if _version(connection) > len(SCHEMA):  # a newer version may expect more in a row
                raise self._is_newer(connection)
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                return work(connection)

    def read_now(self, work: Work[T]) -> T:
        """Do work that only reads."""
        with self._open() as connection:
            connection.execute("PRAGMA query_only = ON")
            try:
                return work(connection)
            except sqlite3.Error:
                if _version(connection) > len(SCHEMA):  # what is read may be no longer there
                    raise self._is_newer(connection) from None
                raise

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            make_private_directory(self.path.parent)
            make_private_file(self.path)
            with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS)) as connection:
                connection.row_factory = sqlite3.Row
                _prepare(connection)
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise JournalError(f"The journal {self.path} can't be used ({error})") from None

    def _is_newer(self, connection: sqlite3.Connection) -> JournalError:
        return JournalError(
            f"The journal {self.path} was written by alcf-mcp {_written_by(connection)}, which is newer "
            f"than this one ({__version__}), so nothing is changed: update alcf-mcp, or choose another "
            "directory with ALCF_MCP_STATE_DIR"
        )


def _prepare(connection: sqlite3.Connection) -> None:
    version = _version(connection)
    if version < len(SCHEMA):
        _bring_forward(connection)
    if version <= len(SCHEMA) and connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        with suppress(sqlite3.OperationalError):  # in use right now: the next process will do it
            connection.execute("PRAGMA journal_mode = WAL")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _bring_forward(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN EXCLUSIVE")
    # Another process may have been quicker: check again, now that nobody else can write.
    for version in range(_version(connection), len(SCHEMA)):
        for statement in SCHEMA[version].split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version + 1}")
    connection.execute("INSERT OR REPLACE INTO versions VALUES (?, ?)", (len(SCHEMA), __version__))
    connection.commit()


def _written_by(connection: sqlite3.Connection) -> str:
    """Return the version of alcf-mcp that upgraded the file to its schema."""
    try:
        row = connection.execute("SELECT alcf_mcp FROM versions ORDER BY schema DESC").fetchone()
    except sqlite3.Error:  # a schema without that table
        row = None
    return str(row[0]) if row else "of an unknown version"
