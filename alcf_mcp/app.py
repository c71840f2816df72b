"""One running server: its settings, its sign-in, and what its calls share while it runs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cached_property

import anyio
from anyio.abc import TaskGroup

from alcf_mcp.auth import Auth
from alcf_mcp.config import Settings
from alcf_mcp.facility import Facility, ProcessState, Wait
from alcf_mcp.guard import IN_A_TERMINAL, Guard
from alcf_mcp.owner import Owner

logger = logging.getLogger(__name__)


class App:
    """One running server.

    Tools get it from the context of a call. Resources, completions and watches hold a reference to it: the
    SDK gives them no context.

    Args:
        settings: the user's settings.
        owner: whose server it is, if not that of the account on this machine.

    Attributes:
        used: set by the first call that needs the facility; then most of the background work begins.
    """

    def __init__(self, settings: Settings, owner: Owner | None = None) -> None:
        self.settings = settings
        self.auth = owner.auth if owner else Auth.of(settings)
        self._approval_place = owner.approval_place if owner else IN_A_TERMINAL
        self.used = owner.used if owner else anyio.Event()
        self._served: tuple[ProcessState, str, TaskGroup] | None = None

    @property
    def shared(self) -> ProcessState:
        """What all calls of the process share."""
        return self._while_served[0]

    @property
    def person(self) -> str:
        """Whose server this is: the account on this machine, and the facility."""
        return self._while_served[1]

    @cached_property
    def guard(self) -> Guard:
        """The guard, which decides on what can't be undone."""
        return Guard(self.settings.confirm, self.shared.journal, self._approval_place)

    def facility(self, seconds: float | None = None) -> Facility:
        """Return the facility for one reading, with a call's time limit unless another is given."""
        self.used.set()
        return Facility(self.shared, Wait(self.settings.timeout if seconds is None else seconds))

    def start(self, work: Callable[[], Awaitable[None]]) -> None:
        """Start work in the background; a failure ends only that work."""
        self._while_served[2].start_soon(_contained, work)

    @asynccontextmanager
    async def serving(self, shared: ProcessState, person: str) -> AsyncIterator[None]:
        """Hold what the calls share while the server runs."""
        failure: Exception | None = None
        async with anyio.create_task_group() as group:
            self._served = shared, person, group
            try:
                yield
            except Exception as error:  # the task group would wrap it in an ExceptionGroup
                failure = error
            group.cancel_scope.cancel()
        self._served = None  # only now: work that has just woken up goes on to its next pause
        if failure is not None:
            raise failure

    @property
    def _while_served(self) -> tuple[ProcessState, str, TaskGroup]:
        if self._served is None:
            raise RuntimeError("the server is not running")
        return self._served


async def _contained(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except Exception:
        logger.exception("background work failed")
