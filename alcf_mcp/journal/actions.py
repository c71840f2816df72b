"""What was done: every call that changes something, recorded before it is sent and completed afterwards."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field

from alcf_mcp.journal.budget import planned, submitted_within_a_day
from alcf_mcp.journal.plans import claim
from alcf_mcp.store import Connection, Row, Store, insert, marks_for, next_number
from alcf_mcp.system import is_running, numbered_by

ActionOutcome = Literal["sent", "done", "refused", "failed", "unknown", "not confirmed"]
"""Every action begins as ``sent``. If it stays so, it was cut off with its process, or its task went on."""

OPEN: frozenset[ActionOutcome] = frozenset(("sent", "unknown"))
"""Outcomes that mean it is not known what became of an action."""

STALE = timedelta(hours=2)
"""No call lasts this long: an action that is still in progress by then was cut off."""

GIVEN_UP = timedelta(days=1)
"""After this time, nothing checks any longer what became of an action."""

DETAIL_LIMIT = 500
"""How many characters are kept of the sentence that says what became of an action."""

COMPETES = timedelta(minutes=10)
"""Within this time, a new job may belong to another submission whose response is lost."""


def this_process() -> str:
    """Identify this process, even among those of other hosts and containers that share the journal."""
    return f"{os.getpid()}@{numbered_by()}"


class Action(BaseModel):
    """A call that changes something.

    Attributes:
        kind: what was to be changed, such as ``cancel``; empty where nothing was.
        node_hours: the most that it may cost.
        api_url: the facility that it was sent to.
        process: the process that sent it: process id and host.
        intent: what was to be changed, as JSON; kept only while the outcome is not known.
    """

    id: int = 0
    began_at: datetime
    ended_at: datetime | None = None
    tool: str
    kind: str = ""
    arguments: dict[str, Any]
    client: str
    shown: str | None = None
    confirmed: str
    outcome: ActionOutcome = "sent"
    detail: str | None = None
    job_id: str | None = None
    task_id: str | None = None
    node_hours: float = 0.0
    api_url: str = ""
    process: str = Field(default_factory=this_process)
    intent: str | None = None

    def intended(self, name: str) -> object:
        """Return one fact of the intent."""
        return json.loads(self.intent).get(name) if self.intent else None


@dataclass(frozen=True)
class Actions:
    """The actions of one journal."""

    store: Store

    async def begin(
        self, action: Action, *, day_limit: float | None = None, plan: int | None = None
    ) -> int | None:
        """Record an action before it is sent.

        Args:
            action: what is about to be sent.
            day_limit: node hours that all actions within 24 hours may cost; checked and recorded in one step,
                so that two processes can't both take the last of them. Planned jobs count as well.
            plan: the planned job that this submits. It is claimed in the same step, so that only one action
                ever submits it, and counts only once.

        Returns:
            The action's number, or ``None`` if the limit does not allow the action.

        Raises:
            AlreadyTaken: the planned job is not waiting any more.
        """
        return await self.store.run(lambda db: _begin(db, action, day_limit, plan))

    async def end(
        self,
        number: int,
        outcome: ActionOutcome,
        *,
        detail: str | None = None,
        job_id: str | None = None,
        task_id: str | None = None,
        if_open: bool = False,
        is_final: bool = False,
    ) -> None:
        """Complete an action with its outcome; its intent is kept only while the outcome is not known.

        Args:
            number: the action's number.
            outcome: what became of it.
            detail: the outcome as a sentence; only the beginning of a long one is kept.
            job_id: the job that it was about.
            task_id: the task that carried it out.
            if_open: complete it only if the outcome has not been found out in the meantime.
            is_final: the outcome stays as it is, known or not.
        """
        sql = (
            "UPDATE actions SET ended_at = ?, outcome = ?, detail = ?, job_id = coalesce(?, job_id),"
            " task_id = coalesce(?, task_id), intent = CASE WHEN ? THEN intent END"
            " WHERE id = ? AND (intent IS NOT NULL OR NOT ?)"
        )
        now = datetime.now(UTC).isoformat()
        kept = detail and detail[:DETAIL_LIMIT]
        values = (now, outcome, kept, job_id, task_id, outcome in OPEN and not is_final, number, if_open)
        await self.store.run(lambda db: db.execute(sql, values))

    async def left_open(self, api_url: str, *, repeatedly: bool = False) -> list[Action]:
        """Return the actions of unknown outcome that no living process is working on, oldest first.

        Args:
            api_url: the facility that they were sent to.
            repeatedly: leave out those that another check does not help: what was checked before and is no
                submission.
        """
        found = await self._open("api_url = ? AND began_at > ?", api_url, _since(GIVEN_UP))
        return [
            action
            for action in found
            if (_was_cut_off(action) if action.ended_at is None else not repeatedly or _submits(action))
        ]

    async def open_submissions(self, resource_id: str) -> set[int]:
        """Return the numbers of the submissions to a machine that are in progress or of unknown outcome."""
        found = await self._open("began_at > ?", _since(COMPETES))
        return {
            action.id
            for action in found
            if _submits(action) and action.intended("resource_id") == resource_id
        }

    async def among(self, numbers: Iterable[int]) -> dict[int, Action]:
        """Return the actions with these numbers."""
        wanted = list(numbers)
        sql = f"SELECT * FROM actions WHERE id IN ({marks_for(wanted)})"  # noqa: S608
        rows = await self.store.read(lambda db: db.execute(sql, wanted).fetchall())
        return {action.id: action for action in map(_action, rows)}

    async def node_hours_of_a_day(self) -> float:
        """Return the most that the jobs submitted within the last 24 hours may cost."""
        return await self.store.read(submitted_within_a_day)

    def history(
        self,
        *,
        since: datetime | None = None,
        tool: str | None = None,
        outcome: str | None = None,
        limit: int,
    ) -> list[Action]:
        """Return the latest actions, newest first."""
        wanted = {
            "began_at >= ?": since and since.isoformat(),
            "tool = ?": tool,
            "outcome = ?": outcome,
        }
        given = {condition: value for condition, value in wanted.items() if value is not None}
        where = f"WHERE {' AND '.join(given)}" if given else ""
        sql = f"SELECT * FROM actions {where} ORDER BY id DESC LIMIT ?"  # noqa: S608
        values = (*given.values(), limit)
        return self.store.read_now(lambda db: [_action(row) for row in db.execute(sql, values)])

    async def _open(self, where: str, *values: str) -> list[Action]:
        """Return the actions of unknown outcome, oldest first."""
        sql = (
            "SELECT * FROM actions WHERE intent IS NOT NULL AND outcome IN ('sent', 'unknown')"  # noqa: S608
            f" AND {where} ORDER BY id"
        )
        return await self.store.read(lambda db: [_action(row) for row in db.execute(sql, values)])


def _since(ago: timedelta) -> str:
    return (datetime.now(UTC) - ago).isoformat()


def _begin(db: Connection, action: Action, day_limit: float | None, plan: int | None) -> int | None:
    if day_limit is not None:
        others = 0.0 if plan is not None else planned(db)
        if submitted_within_a_day(db) + others + action.node_hours > day_limit:
            return None
    number = _insert(db, action)
    if plan is not None:
        claim(db, plan, number)
    return number


def _insert(db: Connection, action: Action) -> int:
    number = next_number(db, "actions", "id")
    values = {
        "id": number,
        "began_at": action.began_at.isoformat(),
        "tool": action.tool,
        "kind": action.kind,
        "arguments": json.dumps(action.arguments, ensure_ascii=False, default=str),
        "client": action.client,
        "shown": action.shown,
        "confirmed": action.confirmed,
        "outcome": action.outcome,
        "node_hours": action.node_hours,
        "api_url": action.api_url,
        "process": action.process,
        "intent": action.intent,
    }
    insert(db, "actions", values)
    return number


def _action(row: Row) -> Action:
    return Action(**{**dict(row), "arguments": json.loads(row["arguments"])})


def _submits(action: Action) -> bool:
    return action.intended("kind") == "submit"


def _was_cut_off(action: Action) -> bool:
    """Whether no process works on an action any longer."""
    return action.began_at < datetime.now(UTC) - STALE or has_ended(action.process)


def has_ended(process: str) -> bool:
    """Whether a process is known to exist no longer: one of this host or container, by its id."""
    pid, _, host = process.partition("@")
    if host != numbered_by() or not (pid.isascii() and pid.isdecimal()):
        return False
    return is_running(int(pid)) is False
