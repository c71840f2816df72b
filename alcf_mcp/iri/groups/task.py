"""Asynchronous tasks, as they are looked at one by one or listed."""

from __future__ import annotations

from alcf_mcp.iri import operations as op
from alcf_mcp.iri.calls import Calls
from alcf_mcp.iri.models import Task


class TaskOperations(Calls):
    """The tasks that the person's filesystem operations started."""

    async def get_task(self, task_id: str) -> Task:
        """One task as it is now."""
        return await self._one(op.GET_TASK, Task, task_id)

    async def list_tasks(self) -> list[Task]:
        """All tasks, newest first; ALCF may leave pending ones out."""
        return await self._many(op.LIST_TASKS, Task)

    async def cancel_task(self, task_id: str) -> str:
        """Ask for a task's end; what the facility says to it."""
        return str(await self.transport.call(op.CANCEL_TASK, task_id) or "")
