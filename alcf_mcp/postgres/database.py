"""The database of all replicas: its connections, its transactions, and what is said when it fails."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import anyio
import anyio.to_thread
import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout
from pydantic import SecretStr

from alcf_mcp.postgres.address import place_of
from alcf_mcp.postgres.connection import LASTING, NamedRow, PostgresConnection, named_rows
from alcf_mcp.postgres.failures import failure, failure_in_detail
from alcf_mcp.postgres.readiness import check_readiness
from alcf_mcp.store import JournalError, Store, Work

logger = logging.getLogger(__name__)

T = TypeVar("T")

MOST_CONNECTIONS = 10
PATIENCE = 5.0
"""Seconds to wait for a free connection, or for another replica's transaction of the same person."""

# A replica that was suspended in the middle of a transaction must not hold its person's lock for long.
_BEGIN = """
    SELECT set_config('alcf_mcp.person', %s, true), set_config('lock_timeout', %s, true),
        set_config('statement_timeout', '30s', true),
        set_config('idle_in_transaction_session_timeout', '30s', true)
"""
_TAKE_TURNS = "SELECT pg_advisory_xact_lock(%s)"


@dataclass(frozen=True)
class Database:
    """A database that is ready to be used."""

    url: SecretStr
    pool: ConnectionPool[psycopg.Connection[NamedRow]]

    @property
    def place(self) -> str:
        """Which database it is, without its password."""
        return place_of(self.url)

    def store_of(self, person: str) -> PostgresStore:
        """Return one person's store.

        Args:
            person: their key, which nobody else has.
        """
        return PostgresStore(self, person)

    async def run(self, work: Work[T]) -> T:
        """Do work on what belongs to all, in one transaction and off the event loop.

        Raises:
            JournalError: the database can't be used.
        """
        return await anyio.to_thread.run_sync(self.run_now, work)

    def run_now(self, work: Work[T]) -> T:
        """Do work on what belongs to all, in one transaction."""
        with self.transaction() as connection:
            return work(connection)

    @contextmanager
    def transaction(
        self, person: str = "", *, turns: bool = False, reads: bool = False
    ) -> Iterator[PostgresConnection]:
        """Begin a transaction, which ends with the block.

        Args:
            person: whose rows it sees; nobody's, unless it is given.
            turns: whether this person's other transactions that take turns have to wait for it.
            reads: whether it only reads.

        Raises:
            JournalError: the database can't be used.
        """
        try:
            with self.pool.connection() as connection:
                connection.read_only = reads
                with connection.pipeline():  # both in one round trip
                    connection.execute(_BEGIN, (person, f"{PATIENCE * 1000:.0f}ms"))
                    if turns:
                        connection.execute(_TAKE_TURNS, (_lock_of(person),))
                yield PostgresConnection(connection)
        except (psycopg.Error, PoolTimeout) as error:
            logger.error("The database %s can't be used: %s", self.place, failure_in_detail(error, self.url))
            raise JournalError(
                f"The server's database can't be used ({failure(error)}): try again in a minute; "
                "the server's log says more"
            ) from None


@dataclass(frozen=True)
class PostgresStore(Store):
    """One person's part of a database, which shows nobody else's rows."""

    database: Database
    person: str
    _turn: anyio.Lock = field(default_factory=anyio.Lock, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.person:
            raise ValueError("a store is somebody's")

    def exists(self) -> bool:
        """Return that there may be something in it."""
        return True

    async def run(self, work: Work[T]) -> T:
        """Do work that may change something, in one transaction and off the event loop.

        Raises:
            JournalError: the database can't be used.
        """
        # Who waits for a turn here holds neither a thread nor a connection, which others need.
        try:
            with anyio.fail_after(PATIENCE):
                await self._turn.acquire()
        except TimeoutError:
            raise JournalError(
                "Another change of the same person is still in progress: try again in a minute"
            ) from None
        try:
            return await anyio.to_thread.run_sync(self.run_now, work)
        finally:
            self._turn.release()

    def run_now(self, work: Work[T]) -> T:
        """Do work that may change something, in one transaction."""
        with self.database.transaction(self.person, turns=True) as connection:
            return work(connection)

    def read_now(self, work: Work[T]) -> T:
        """Do work that only reads."""
        with self.database.transaction(self.person, reads=True) as connection:
            return work(connection)


@contextmanager
def opened(url: SecretStr, *, most_connections: int = MOST_CONNECTIONS) -> Iterator[Database]:
    """Open a database, after a check that it may be used.

    Args:
        url: its URL.
        most_connections: how many connections this process may have at once.

    Raises:
        SettingsError: the URL is wrong.
        JournalError: nothing answers there, its tables are not up to date, or its role sees everybody's rows.
    """
    check_readiness(url)
    pool = ConnectionPool(
        url.get_secret_value(),
        connection_class=psycopg.Connection[NamedRow],
        kwargs={
            "row_factory": named_rows,
            **LASTING,
            "prepare_threshold": None,  # a proxy that pools connections would mix up what is prepared
        },
        min_size=1,
        max_size=most_connections,
        timeout=PATIENCE,
        reconnect_timeout=10,  # then the next call tries anew: longer pauses would outlast an outage
        check=ConnectionPool.check_connection,
        name="alcf-mcp",
        open=False,
    )
    with pool:
        yield Database(url, pool)


def _lock_of(person: str) -> int:
    """The number of the lock for which a person's transactions queue; two people may share one."""
    digest = hashlib.sha256(f"alcf-mcp {person}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
