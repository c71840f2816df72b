"""A server while it is served: what it has at hand besides the context of a call."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
from anyio.abc import TaskGroup

from alcf_mcp.facility import Facility, Wait
from alcf_mcp.tools.app import App

logger = logging.getLogger(__name__)


class Running:
    """What a server's resources, completions and watches share as long as it is served.

    The SDK gives a call's context to tools alone: a fixed resource and a completion get none.
    """

    def __init__(self) -> None:
        self._app: App | None = None
        self._group: TaskGroup | None = None

    @property
    def app(self) -> App:
        """The app of the server that runs."""
        if self._app is None:
            raise RuntimeError("the server is not served")
        return self._app

    def facility(self, seconds: float | None = None) -> Facility:
        """The facility as one reading sees it, with the patience of a call unless another is given."""
        app = self.app
        app.used.set()
        return Facility(app.shared, Wait(app.settings.timeout if seconds is None else seconds))

    def start(self, work: Callable[[], Awaitable[None]]) -> None:
        """Begin something that goes on besides the answers; what fails in it ends it alone."""
        if self._group is None:
            raise RuntimeError("the server is not served")
        self._group.start_soon(_contained, work)

    @asynccontextmanager
    async def serving(self, app: App) -> AsyncIterator[None]:
        """Around the life of a server."""
        failure: Exception | None = None
        async with anyio.create_task_group() as group:
            self._app, self._group = app, group
            try:
                yield
            except Exception as error:  # the task group would wrap it in an ExceptionGroup
                failure = error
            self._app = self._group = None
            group.cancel_scope.cancel()
        if failure is not None:
            raise failure


async def _contained(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except Exception:
        logger.exception("what went on in the background has failed")
