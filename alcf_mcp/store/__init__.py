"""Where the journal and what was learned are kept, for one person: the interface of all stores.

A store is one person's. Work on it is a function of a connection, in one transaction. Its SQL is what SQLite
(from 3.37) and PostgreSQL (from 15) have in common, with ``?`` for values.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import anyio.to_thread

from alcf_mcp.private import StateError

logger = logging.getLogger(__name__)

T = TypeVar("T")


class JournalError(StateError):
    """The journal can't be read or written; the message says where it is and why."""


class Row(Protocol):
    """A row, whose values are found by name and by index."""

    def __getitem__(self, key: int | str, /) -> Any:
        """Return one value."""

    def keys(self) -> Iterable[str]:
        """Return the columns' names."""


class Cursor(Protocol):
    """What a statement returned."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""

    def fetchone(self) -> Row | None:
        """Return the next row."""

    def fetchall(self) -> Sequence[Row]:
        """Return the rest of the rows."""

    def __iter__(self) -> Iterator[Row]: ...


class Connection(Protocol):
    """What work on a store gets: one transaction."""

    def execute(self, sql: str, values: Sequence[object] = (), /) -> Cursor:
        """Run a statement, in which ``?`` stands for a value."""

    def executemany(self, sql: str, rows: Iterable[Sequence[object]], /) -> object:
        """Run a statement once for each row of values."""


Work = Callable[[Connection], T]
"""Work on a store. It may be run in any thread, and must not wait for anything but the connection."""


class Store(Protocol):
    """One person's part of a database."""

    def exists(self) -> bool:
        """Return whether there may be anything in it, without looking inside."""

    async def run(self, work: Work[T]) -> T:
        """Do work that may change something, in one transaction.

        What changes a person's store runs one after another, in whatever process: nothing changes between
        what the work reads and what it writes.

        Raises:
            JournalError: the store can't be used.
        """
        return await anyio.to_thread.run_sync(self.run_now, work)

    async def read(self, work: Work[T]) -> T:
        """Do work that only reads.

        Raises:
            JournalError: the store can't be used.
        """
        return await anyio.to_thread.run_sync(self.read_now, work)

    def run_now(self, work: Work[T]) -> T:
        """Do the same as ``run``, for callers that have no event loop."""

    def read_now(self, work: Work[T]) -> T:
        """Do the same as ``read``, for callers that have no event loop."""


def put(db: Connection, table: str, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Put a row in place of the one with the same key, if there is one."""
    of_key = " AND ".join(f"{name} = ?" for name in key)
    db.execute(f"DELETE FROM {table} WHERE {of_key}", tuple(key.values()))  # noqa: S608 - names are ours
    insert(db, table, {**key, **values})


def insert(db: Connection, table: str, values: Mapping[str, object], if_known: str = "") -> int:
    """Insert a row; returns how many were."""
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    sql = f"INSERT INTO {table} ({names}) VALUES ({marks}) {if_known}"  # noqa: S608 - names are ours
    return db.execute(sql, tuple(values.values())).rowcount


def next_number(db: Connection, table: str, column: str) -> int:
    """Return the next number for a row of a table, in which numbers grow without a gap."""
    sql = f"SELECT coalesce(max({column}), 0) + 1 FROM {table}"  # noqa: S608 - names are ours
    return int(one(db.execute(sql))[0])


def one(cursor: Cursor) -> Row:
    """Return the row of a statement that always has one."""
    row = cursor.fetchone()
    if row is None:
        raise AssertionError("unreachable: an aggregate has a row")
    return row


def marks_for(values: Sequence[object]) -> str:
    """Return what stands for values in SQL, as in ``IN (?, ?)``; for none, what is equal to nothing."""
    return ", ".join("?" * len(values)) or "NULL"


async def or_else(using: Awaitable[T], otherwise: T) -> T:
    """Await work on a store; if the store can't be used, log that and return ``otherwise``."""
    try:
        return await using
    except JournalError as error:
        logger.warning("%s", error)
        return otherwise
