"""Asynchronous tasks: get, list, cancel."""

from __future__ import annotations

from alcf_mcp.iri import operations as op
from alcf_mcp.iri.calls import Calls
from alcf_mcp.iri.models import Task


class TaskOperations(Calls):
    """The tasks that the user's filesystem operations started."""

    async def get_task(self, task_id: str) -> Task:
        """Get one task in its current state."""
        return await self._one(op.GET_TASK, Task, task_id)

    async def list_tasks(self) -> list[Task]:
        """List all tasks, newest first; ALCF may leave out pending ones."""
        return await self._many(op.LIST_TASKS, Task)

    async def cancel_task(self, task_id: str) -> str:
        """Request the cancellation of a task; returns the facility's reply."""
        return str(await self.transport.call(op.CANCEL_TASK, task_id) or "")
