"""A call's patience, and who hears how it goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import monotonic

from alcf_mcp.iri.models import Task

Listener = Callable[[float, str], Awaitable[None]]


class Wait:
    """How long one call may wait, and who hears how it goes.

    A call may be one request or many: all of them share its patience.

    Args:
        seconds: the call's patience.
        listener: told the seconds waited so far and what goes on.

    Attributes:
        requests: how many requests have left for the facility within it.
    """

    def __init__(self, seconds: float = 45.0, listener: Listener | None = None) -> None:
        self.seconds = seconds
        self.requests = 0
        self._listener = listener
        self.restart()

    def restart(self) -> None:
        """Begin anew: the time that a person took to answer a question does not count."""
        self._began = monotonic()

    @property
    def left(self) -> float:
        """Seconds of patience that are left."""
        return max(0.0, self._began + self.seconds - monotonic())

    async def say(self, message: str) -> None:
        """Tell what goes on."""
        if self._listener:
            await self._listener(monotonic() - self._began, message)

    async def tell_of(self, task: Task, waited: float) -> None:
        """Tell how a task goes."""
        command = f"{task.command.command}: " if task.command else ""
        await self.say(f"{command}task {task.status} after {waited:.1f} s")
