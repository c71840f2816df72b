"""How many tasks the user's processes wait for, so that together they stay polite to the facility."""

from __future__ import annotations

from dataclasses import dataclass
from time import time

from alcf_mcp.store import Connection, Store, one

FRESH_SECONDS = 10.0


@dataclass(frozen=True)
class WaitCounts:
    """How many tasks each process waits for."""

    store: Store

    async def tell(self, process: str, tasks: int) -> int:
        """Report how many tasks a process waits for.

        Returns:
            How many tasks the others wait for.
        """
        return await self.store.run(lambda db: _tell(db, process, tasks))


def _tell(db: Connection, process: str, tasks: int) -> int:
    now = time()
    db.execute("DELETE FROM waiting WHERE said_at < ? OR process = ?", (now - FRESH_SECONDS, process))
    if tasks:
        db.execute("INSERT INTO waiting (process, tasks, said_at) VALUES (?, ?, ?)", (process, tasks, now))
    others = "SELECT coalesce(sum(tasks), 0) FROM waiting WHERE process != ?"
    return int(one(db.execute(others, (process,)))[0])
