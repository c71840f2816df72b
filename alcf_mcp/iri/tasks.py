"""Waiting for the asynchronous tasks that every filesystem operation starts."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator
from time import monotonic
from typing import TYPE_CHECKING

import anyio

from alcf_mcp.iri import results
from alcf_mcp.iri.errors import (
    ConnectionLost,
    GatewayTimeout,
    NotConnected,
    ServerFault,
    TaskCanceled,
    TaskFailed,
    TaskStillRunning,
    TooManyRequests,
)
from alcf_mcp.iri.models import Task, TaskHandle

if TYPE_CHECKING:
    from alcf_mcp.iri.client import IRIClient

Progress = Callable[[Task, float], Awaitable[None]]
"""Called after each look with the task and the seconds waited so far."""

FIRST_LOOK = 0.2
LONGEST_INTERVAL = 2.0
GROWTH = 1.5
JITTER = 0.15
FAULTS_BORNE = 4

LAST_LOOK = 2.0
"""Seconds that a look may take after the patience has ended."""

PASSING_FAULTS = (ServerFault, GatewayTimeout, TooManyRequests, NotConnected, ConnectionLost)


class Tasks:
    """The tasks of one facility: looked at, and waited for until they end."""

    def __init__(self, client: IRIClient) -> None:
        self._client = client

    async def resolve(
        self, handle: TaskHandle | str, *, patience: float, on_progress: Progress | None = None
    ) -> Task:
        """Wait for a task to complete.

        The first look comes after about 0.2 s, the next ones at growing, jittered intervals of up to 2 s.
        A few failed looks in a row are borne: ALCF's service answers 500 for a while when Globus is slow,
        and for good when Globus lost the task (ALCF's deployment of the API, 2026-08).

        Args:
            handle: what the operation answered, or the task's id.
            patience: seconds to wait. The task itself goes on after them.
            on_progress: told after each look.

        Raises:
            TaskFailed: the task failed; the message is its own.
            TaskCanceled: somebody canceled it.
            TaskStillRunning: the patience ended first.
            IRIError: the task could not be looked at.
        """
        task_id = handle if isinstance(handle, str) else handle.task_id
        began = monotonic()
        seen: Task | None = None
        faults = 0
        for interval in _intervals():
            left = began + patience - monotonic()
            if left <= 0:
                raise TaskStillRunning(
                    f"Task {task_id} still runs after {patience:.0f} s of waiting", task_id=task_id, task=seen
                )
            await anyio.sleep(min(interval, left))
            look: Task | None = None
            try:
                with anyio.move_on_after(began + patience + LAST_LOOK - monotonic()):
                    look = await self._client.get_task(task_id)
            except PASSING_FAULTS:
                faults += 1
                if faults > FAULTS_BORNE:
                    raise
            if look is None:
                continue
            seen, faults = look, 0
            if on_progress:
                await on_progress(seen, monotonic() - began)
            if seen.ended:
                return completed(seen)
        raise AssertionError("unreachable: the intervals never end")


def completed(task: Task) -> Task:
    """Return a task that ended well, raise what happened to one that did not."""
    if task.status == "canceled":
        raise TaskCanceled(f"Task {task.id} was canceled", task_id=task.id, task=task)
    if (failure := results.failure(task)) is not None:
        raise TaskFailed(failure, task_id=task.id, task=task)
    return task


def _intervals() -> Iterator[float]:
    interval = FIRST_LOOK
    while True:
        jitter = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - spreads load, guards nothing
        yield min(interval * jitter, LONGEST_INTERVAL)
        interval = min(interval * GROWTH, LONGEST_INTERVAL)
