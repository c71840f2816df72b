"""Wait for the asynchronous tasks that every filesystem operation starts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from alcf_mcp.iri import task_results
from alcf_mcp.iri.errors import TaskCanceled, TaskFailed, TaskStillRunning
from alcf_mcp.iri.models import Task, TaskHandle
from alcf_mcp.iri.polling import looks

if TYPE_CHECKING:
    from alcf_mcp.iri.client import IRIClient

Progress = Callable[[Task, float], Awaitable[None]]
"""Called after each poll with the task and the seconds waited so far."""


class Tasks:
    """The tasks of one facility, polled until they end."""

    def __init__(self, client: IRIClient) -> None:
        self._client = client

    async def resolve(
        self, handle: TaskHandle | str, *, patience: float, on_progress: Progress | None = None
    ) -> Task:
        """Wait for a task to complete.

        The first poll comes when tasks of that operation (failing that, of others) usually end, or after
        about 0.2 s if nothing is known. The next ones follow at growing pauses of up to 2 s, or longer if
        many tasks are waited for. A few failed polls in a row are tolerated.

        Args:
            handle: the operation's response, or the task's id.
            patience: seconds to wait; the task itself goes on after that.
            on_progress: called after each poll.

        Raises:
            TaskFailed: the task failed; the message is the task's own.
            TaskCanceled: the task was canceled.
            TaskStillRunning: the time limit passed first.
            IRIError: the task could not be polled.
        """
        task_id, operation = (handle, "") if isinstance(handle, str) else (handle.task_id, handle.operation)
        connection = self._client.transport.connection
        began, waited = monotonic(), 0.0
        seen: Task | None = None
        look = partial(self._client.without_retries().get_task, task_id)
        pauses = connection.pace.pauses(operation)
        async with aclosing(
            looks(look, pauses=pauses, patience=patience, crowd=connection.crowd)
        ) as all_seen:
            async for seen in all_seen:
                before, waited = waited, monotonic() - began
                if on_progress:
                    await on_progress(seen, waited)
                if seen.ended:
                    connection.pace.learn(operation, not_before=before, ended_by=waited)
                    return completed(seen)
        raise TaskStillRunning(
            f"Task {task_id} had not ended when this call's time ran out", task_id=task_id, task=seen
        )


def completed(task: Task) -> Task:
    """Return a task that succeeded; raise the error of one that did not."""
    if task.status == "canceled":
        raise TaskCanceled(f"Task {task.id} was canceled", task_id=task.id, task=task)
    if (failure := task_results.failure(task)) is not None:
        raise TaskFailed(failure, task_id=task.id, task=task)
    return task
