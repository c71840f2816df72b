"""Leases: of all the user's processes, only the one that holds a lease does what it is about.

A lease saves work. It is no proof that nobody else is at work: a process that was suspended may wake up after
its lease has run out. What must not be done twice needs a claim of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import time

from alcf_mcp.journal.actions import has_ended
from alcf_mcp.store import Connection, Row, Store, put


@dataclass(frozen=True)
class Leases:
    """The leases of one journal."""

    store: Store

    async def take(self, name: str, holder: str, seconds: float) -> bool:
        """Take or renew a lease; returns whether it is held now.

        Args:
            name: what it is about.
            holder: the process, as ``this_process`` names it, and after a slash what tells its holders apart.
            seconds: how long it is to last.
        """
        return await self.store.run(lambda db: _take(db, name, holder, seconds))

    async def give_back(self, name: str, holder: str) -> None:
        """Give a lease back before it runs out."""
        sql = "DELETE FROM leases WHERE name = ? AND holder = ?"
        await self.store.run(lambda db: db.execute(sql, (name, holder)))


def _take(db: Connection, name: str, holder: str, seconds: float) -> bool:
    now = time()
    row = db.execute("SELECT holder, until FROM leases WHERE name = ?", (name,)).fetchone()
    if row and row["holder"] != holder and _still_holds(row, now, seconds):
        return False
    put(db, "leases", {"name": name}, {"holder": holder, "until": now + seconds})
    return True


def _still_holds(row: Row, now: float, seconds: float) -> bool:
    """Whether a lease is still held: it has not run out, and its process is not known to have ended."""
    # One that runs longer than any is given for dates from before the clock was set back.
    return now < row["until"] <= now + seconds and not has_ended(row["holder"].partition("/")[0])
