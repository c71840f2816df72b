"""A call's time limit, and who hears about its progress."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import monotonic

from alcf_mcp.iri.models import Task

Listener = Callable[[float, str], Awaitable[None]]


class Wait:
    """How long one call may wait, and who hears about its progress.

    A call may make one request or many: all of them share its time limit.

    Args:
        seconds: the call's time limit.
        listener: called with the seconds waited so far and a message that says what is going on.

    Attributes:
        requests: how many requests the call has sent to the facility.
    """

    def __init__(self, seconds: float = 45.0, listener: Listener | None = None) -> None:
        self.seconds = seconds
        self.requests = 0
        self._listener = listener
        self.restart()

    def restart(self) -> None:
        """Restart the clock: the time that the user took to answer a question does not count."""
        self._began = monotonic()

    @property
    def left(self) -> float:
        """Seconds that are left of the time limit."""
        return max(0.0, self.seconds - self.passed)

    @property
    def passed(self) -> float:
        """Seconds that the call has taken so far."""
        return monotonic() - self._began

    async def say(self, message: str) -> None:
        """Report what is going on."""
        if self._listener:
            await self._listener(self.passed, message)

    async def tell_of(self, task: Task, waited: float) -> None:
        """Report a task's progress."""
        command = f"{task.command.command}: " if task.command else ""
        await self.say(f"{command}task {task.status} after {waited:.1f} s")
