"""What was done: every call that changes something, written down before it is sent and completed after."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel

from alcf_mcp.journal.store import Store

ActionOutcome = Literal["sent", "done", "refused", "failed", "unknown", "not confirmed"]
"""``sent`` is how an action begins; one that stays so was cut off with its process."""


class Action(BaseModel):
    """A call that changes something; ``node_hours`` is what it may cost at most."""

    id: int = 0
    began_at: datetime
    ended_at: datetime | None = None
    tool: str
    arguments: dict[str, Any]
    client: str
    shown: str | None = None
    confirmed: str
    outcome: ActionOutcome = "sent"
    detail: str | None = None
    job_id: str | None = None
    task_id: str | None = None
    node_hours: float = 0.0


@dataclass(frozen=True)
class Actions:
    """The actions of one journal."""

    store: Store

    async def begin(self, action: Action, *, day_limit: float | None = None) -> int | None:
        """Write an action down before it is sent.

        Args:
            action: what is about to be sent.
            day_limit: node hours that all actions of 24 hours may cost; counted and written in one step,
                so that two processes can't both take the last of it.

        Returns:
            The action's number, or ``None`` where the limit does not allow it.
        """
        return await self.store.run(lambda db: _begin(db, action, day_limit))

    async def end(
        self,
        number: int,
        outcome: ActionOutcome,
        *,
        detail: str | None = None,
        job_id: str | None = None,
        task_id: str | None = None,
    ) -> None:
        """Complete an action with what came of it."""
        sql = "UPDATE actions SET ended_at = ?, outcome = ?, detail = ?, job_id = ?, task_id = ? WHERE id = ?"
        values = (datetime.now(UTC).isoformat(), outcome, detail, job_id, task_id, number)
        await self.store.run(lambda db: db.execute(sql, values))

    async def node_hours_of_a_day(self) -> float:
        """What the jobs that were submitted within 24 hours may cost at most."""
        return await self.store.run(_node_hours_of_a_day)

    def history(
        self,
        *,
        since: datetime | None = None,
        tool: str | None = None,
        outcome: str | None = None,
        limit: int,
    ) -> list[Action]:
        """The last actions, newest first."""
        sql = (
            "SELECT * FROM actions WHERE began_at >= ? AND (? IS NULL OR tool = ?)"
            " AND (? IS NULL OR outcome = ?) ORDER BY id DESC LIMIT ?"
        )
        after = since.isoformat() if since else ""
        values = (after, tool, tool, outcome, outcome, limit)
        return self.store.run_now(lambda db: [_action(row) for row in db.execute(sql, values)])


def _begin(db: sqlite3.Connection, action: Action, day_limit: float | None) -> int | None:
    db.execute("BEGIN IMMEDIATE")
    if day_limit is not None and _node_hours_of_a_day(db) + action.node_hours > day_limit:
        return None
    cursor = db.execute(
        "INSERT INTO actions (began_at, tool, arguments, client, shown, confirmed, outcome, node_hours)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            action.began_at.isoformat(),
            action.tool,
            json.dumps(action.arguments, ensure_ascii=False, default=str),
            action.client,
            action.shown,
            action.confirmed,
            action.outcome,
            action.node_hours,
        ),
    )
    return cursor.lastrowid


def _node_hours_of_a_day(db: sqlite3.Connection) -> float:
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    sql = "SELECT sum(node_hours) FROM actions WHERE began_at >= ? AND outcome IN ('sent', 'done', 'unknown')"
    row = db.execute(sql, (since,)).fetchone()
    return float(row[0] or 0.0)


def _action(row: sqlite3.Row) -> Action:
    return Action(**{**dict(row), "arguments": json.loads(row["arguments"])})
