"""What the user was told of outside of any conversation, so that each end is told once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from time import time

from alcf_mcp.journal.jobs import KEPT_BY_PBS, SubmittedJob, job_of
from alcf_mcp.journal.plans import PlannedJob, plan_of
from alcf_mcp.store import Connection, Store, put

MOST_TRIES = 5
"""How often a notice is sent that does not reach the user."""

_OPEN = f"SELECT id FROM notices WHERE tries >= {MOST_TRIES} OR state != 'failed'"  # noqa: S608 - ours
_ENDED = f"ended_by IS NOT NULL AND submitted_at >= ? AND job_id NOT IN ({_OPEN})"
_OVER = f"state IN ('skipped', 'failed') AND 'plan-' || number NOT IN ({_OPEN})"
_OLD = (
    "VALUES ('', 'begun', 0, ?)",
    "SELECT job_id, 'old', 0, ? FROM jobs WHERE ended_by IS NOT NULL",
    "SELECT 'plan-' || number, 'old', 0, ? FROM plans WHERE state IN ('skipped', 'failed')",
)


@dataclass(frozen=True)
class Notices:
    """The notices of one journal."""

    store: Store

    async def begin(self) -> None:
        """Take what has ended already as told, the first time that the user wants to be told."""
        await self.store.run(_begin)

    async def ended_jobs(self) -> list[SubmittedJob]:
        """Return the jobs that have ended, and whose end was not told."""
        sql = f"SELECT * FROM jobs WHERE {_ENDED} ORDER BY ended_by"  # noqa: S608 - ours
        values = ((datetime.now(UTC) - KEPT_BY_PBS).isoformat(),)
        return await self.store.read(lambda db: [job_of(row) for row in db.execute(sql, values)])

    async def lost_plans(self) -> list[PlannedJob]:
        """Return the planned jobs that will not be submitted, which was not told."""
        sql = f"SELECT * FROM plans WHERE {_OVER} ORDER BY number"  # noqa: S608 - ours
        return await self.store.read(lambda db: [plan_of(row) for row in db.execute(sql)])

    async def claim(self, id: str) -> bool:
        """Take it on to tell of something; returns whether nobody else has."""
        return await self.store.run(lambda db: _claim(db, id))

    async def settle(self, id: str, *, sent: bool) -> None:
        """Record whether a notice was sent."""
        sql = "UPDATE notices SET state = ?, at = ? WHERE id = ?"
        values = ("sent" if sent else "failed", time(), id)
        await self.store.run(lambda db: db.execute(sql, values))


def _begin(db: Connection) -> None:
    if db.execute("SELECT 1 FROM notices LIMIT 1").fetchone():
        return
    for what in _OLD:
        db.execute(f"INSERT INTO notices (id, state, tries, at) {what} ON CONFLICT DO NOTHING", (time(),))


def _claim(db: Connection, id: str) -> bool:
    """Claim a notice before it is sent: after a crash in between, nothing is told twice."""
    row = db.execute("SELECT state, tries FROM notices WHERE id = ?", (id,)).fetchone()
    if row and (row["state"] != "failed" or row["tries"] >= MOST_TRIES):
        return False
    tries = row["tries"] + 1 if row else 1
    put(db, "notices", {"id": id}, {"state": "sending", "tries": tries, "at": time()})
    return True
