"""What one replica tells the others: that something of a person has changed, so that they look at it."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import anyio
import psycopg

from alcf_mcp.postgres.connection import LASTING
from alcf_mcp.postgres.database import Database
from alcf_mcp.postgres.failures import failure_in_detail

logger = logging.getLogger(__name__)

CHANNEL = "alcf_mcp"
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds until a replica connects again."""


@dataclass(frozen=True)
class Signal:
    """Something has changed.

    Attributes:
        person: whose it is, by their key.
        what: what it is, in a few words that replicas understand.
    """

    person: str
    what: str


@dataclass(frozen=True)
class Signals:
    """Signals between the replicas. None is kept: who does not listen misses it."""

    database: Database

    async def tell(self, person: str, what: str) -> None:
        """Tell all replicas, this one too; the text may have some 7,000 bytes.

        Raises:
            JournalError: the database can't be used.
        """
        values = (CHANNEL, json.dumps([person, what]))
        await self.database.run(lambda db: db.execute("SELECT pg_notify(?, ?)", values))

    async def heard(self) -> AsyncGenerator[Signal | None, None]:
        """Iterate over what is told, without end; a connection that breaks is made again.

        Each time that it begins to listen, it yields ``None``: what was told before may have been missed.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}".encode())
                    yield None
                    pause = FIRST_PAUSE
                    async for note in connection.notifies():
                        yield Signal(*json.loads(note.payload))
            except psycopg.Error as error:
                why = failure_in_detail(error, self.database.url)
                logger.warning("The database's signals are not heard for a while: %s", why)
            await anyio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _connect(self) -> psycopg.AsyncConnection:
        url = self.database.url.get_secret_value()
        return await psycopg.AsyncConnection.connect(url, autocommit=True, **LASTING)
