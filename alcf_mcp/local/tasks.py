"""The asynchronous tasks that every filesystem operation becomes.

Tasks are kept in the database, so they outlive the process that accepted them. Any process on the same root
carries them out and reports them.
"""

from __future__ import annotations

import json
import logging
import random
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread

from alcf_mcp.local.database import Database
from alcf_mcp.local.files.disk import Disk, OperationFailed
from alcf_mcp.local.files.operations import perform
from alcf_mcp.local.settings import LocalSettings

logger = logging.getLogger(__name__)

ENDED = ("completed", "failed", "canceled")

# A process that has not finished a claimed task by then is presumed dead.
_CLAIM_SECONDS = 300.0

# How often to check for tasks that another process accepted.
_LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """A task in its current state.

    Attributes:
        id: its id.
        owner: the user that it belongs to.
        status: ``pending``, ``active``, ``completed``, ``failed`` or ``canceled``.
        command: the operation.
        args: the operation's arguments.
        result: its outcome: ``{"output": …}`` or ``{"error": …}``.
        seen: whether its outcome was reported before.
    """

    id: str
    owner: str
    status: str
    command: str
    args: dict[str, Any]
    result: dict[str, Any] | None
    seen: bool


class TaskService:
    """Accepts tasks, reports them and carries them out."""

    def __init__(
        self, database: Database, disk: Disk, settings: LocalSettings, clock: Callable[[], float]
    ) -> None:
        self._database = database
        self._disk = disk
        self._settings = settings
        self._clock = clock
        self._accepted = anyio.Event()

    async def submit(self, command: str, args: dict[str, Any]) -> str:
        """Accept a task.

        Returns:
            Its id.
        """
        task_id = str(uuid.uuid4())
        now = self._clock()
        latency = self._latency(command)

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO tasks (id, owner, status, command, args, active_at, due)"
                " VALUES (?, ?, 'pending', ?, ?, ?, ?)",
                (
                    task_id,
                    self._settings.username,
                    command,
                    json.dumps(args),
                    now + latency / 2,
                    now + latency,
                ),
            )

        await self._database.write(insert)
        self._accepted.set()
        return task_id

    async def get(self, task_id: str) -> TaskRecord | None:
        """Get one task. If it has ended, its outcome counts as seen from then on."""

        def fetch(connection: sqlite3.Connection) -> sqlite3.Row | None:
            row: sqlite3.Row | None = connection.execute(
                "SELECT * FROM tasks WHERE id = ?", (task_id,)
            ).fetchone()
            return row

        def mark_seen(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE tasks SET seen = 1 WHERE id = ?", (task_id,))

        row = await self._database.read(fetch)
        if row is None:
            return None
        task = self._task(row)
        if task.status in ENDED and not task.seen:
            await self._database.write(mark_seen)
        return task

    async def all(self) -> list[TaskRecord]:
        """All the user's tasks, newest first."""

        def fetch(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            query = "SELECT * FROM tasks WHERE owner = ? ORDER BY number DESC"
            return connection.execute(query, (self._settings.username,)).fetchall()

        return [self._task(row) for row in await self._database.read(fetch)]

    async def cancel(self, task_id: str) -> bool:
        """Cancel a task if it has not been started.

        Returns:
            Whether it was canceled.
        """

        def update(connection: sqlite3.Connection) -> bool:
            return (
                connection.execute(
                    "UPDATE tasks SET status = 'canceled' WHERE id = ? AND status = 'pending'", (task_id,)
                ).rowcount
                == 1
            )

        return await self._database.write(update)

    async def run(self) -> None:
        """Carry out tasks as they fall due, forever."""
        async with anyio.create_task_group() as group:
            while True:
                self._accepted = anyio.Event()
                pause = _LOOK_SECONDS
                try:
                    for task in await self._claim():
                        group.start_soon(self._carry_out, task)
                    pause = await self._until_next()
                except sqlite3.Error:
                    logger.exception("The check for due tasks failed")  # the next one may not
                with anyio.move_on_after(pause):
                    await self._accepted.wait()

    async def _claim(self) -> list[TaskRecord]:
        now = self._clock()

        def due(connection: sqlite3.Connection) -> bool:
            query = "SELECT 1 FROM tasks WHERE status IN ('pending', 'active') AND due <= ? LIMIT 1"
            return connection.execute(query, (now,)).fetchone() is not None

        def claim(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            lost = json.dumps({"error": "The task was lost."})
            connection.execute(
                "UPDATE tasks SET status = 'failed', result = ? WHERE status = 'active' AND claimed < ?",
                (lost, now - _CLAIM_SECONDS),
            )
            return connection.execute(
                "UPDATE tasks SET status = 'active', claimed = ? WHERE status = 'pending' AND due <= ?"
                " RETURNING *",
                (now, now),
            ).fetchall()

        if not await self._database.read(due):
            return []
        return [self._task(row) for row in await self._database.write(claim)]

    async def _carry_out(self, task: TaskRecord) -> None:
        status, result = await anyio.to_thread.run_sync(self._attempt, task)

        def finish(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE tasks SET status = ?, result = ? WHERE id = ?", (status, json.dumps(result), task.id)
            )

        try:
            await self._database.write(finish)
        except sqlite3.Error:
            logger.exception("The outcome of task %s could not be recorded", task.id)

    def _attempt(self, task: TaskRecord) -> tuple[str, dict[str, Any]]:
        try:
            return "completed", {"output": perform(self._disk, task.command, task.args)}
        except OperationFailed as failure:
            return "failed", {"error": str(failure)}
        except Exception:
            logger.exception("Task %s (%s) failed because of a bug in the facility", task.id, task.command)
            return "failed", {"error": "An unexpected error occurred."}

    async def _until_next(self) -> float:
        def next_due(connection: sqlite3.Connection) -> float | None:
            query = "SELECT MIN(due) FROM tasks WHERE status = 'pending'"
            row = connection.execute(query).fetchone()
            return None if row[0] is None else float(row[0])

        due = await self._database.read(next_due)
        return _LOOK_SECONDS if due is None else min(max(due - self._clock(), 0.0), _LOOK_SECONDS)

    def _latency(self, command: str) -> float:
        latency = self._settings.operation_latency.get(command, self._settings.task_latency)
        return random.uniform(*latency) if isinstance(latency, tuple) else latency  # noqa: S311

    def _task(self, row: sqlite3.Row) -> TaskRecord:
        status = row["status"]
        if status == "pending" and row["active_at"] <= self._clock():
            status = "active"
        result = None
        with suppress(TypeError):
            result = json.loads(row["result"])
        return TaskRecord(
            id=row["id"],
            owner=row["owner"],
            status=status,
            command=row["command"],
            args=json.loads(row["args"]),
            result=result,
            seen=bool(row["seen"]),
        )
