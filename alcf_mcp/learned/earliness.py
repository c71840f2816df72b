"""How early jobs end on each machine, as seen in its activity feed from look to look."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from alcf_mcp.activity.earliness import Earliness, Glimpse
from alcf_mcp.activity.models import Activity, ActivityJob
from alcf_mcp.store import Connection, Store, or_else, put

KEPT = 500
"""How many ended jobs of a machine are remembered, the latest ones."""


@dataclass(frozen=True)
class LearnedEarliness:
    """The jobs that were seen to end, in the file that a user's processes share."""

    store: Store
    _seen: dict[str, float] = field(default_factory=dict)

    async def look(self, activity: Activity) -> None:
        """Learn from what a machine is doing which jobs have ended since the last look."""
        if self._seen.get(activity.machine) == activity.updated:
            return
        self._seen[activity.machine] = activity.updated
        await or_else(self.store.run(lambda db: _look(db, activity)), None)

    async def of(self, machine: str) -> Earliness:
        """Return how early jobs end on a machine; an assumption while too few were seen.

        Args:
            machine: its name in lower case.
        """
        sql = "SELECT share FROM ended_jobs WHERE machine = ?"
        rows = await or_else(self.store.read(lambda db: db.execute(sql, (machine,)).fetchall()), [])
        return Earliness.of([float(row["share"]) for row in rows])


def _look(db: Connection, activity: Activity) -> None:
    before = _last_glimpse(db, activity.machine)
    if before and before.updated >= activity.updated:
        return
    for ended in before.ended(activity) if before else ():
        key = {"machine": activity.machine, "number": ended.number}
        put(db, "ended_jobs", key, {"share": ended.share, "seen_at": activity.updated})
    latest = "SELECT number FROM ended_jobs WHERE machine = ? ORDER BY seen_at DESC LIMIT ?"
    forget = f"DELETE FROM ended_jobs WHERE machine = ? AND number NOT IN ({latest})"  # noqa: S608
    db.execute(forget, (activity.machine, activity.machine, KEPT))
    running = json.dumps([(job.number, job.nodes, job.walltime, job.started) for job in activity.running])
    put(db, "glimpses", {"machine": activity.machine}, {"updated": activity.updated, "running": running})


def _last_glimpse(db: Connection, machine: str) -> Glimpse | None:
    row = db.execute("SELECT updated, running FROM glimpses WHERE machine = ?", (machine,)).fetchone()
    if row is None:
        return None
    running = tuple(
        ActivityJob(number, "", "", nodes, walltime, started=started)
        for number, nodes, walltime, started in json.loads(row["running"])
    )
    return Glimpse(float(row["updated"]), running)
