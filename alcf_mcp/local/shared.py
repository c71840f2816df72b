"""One address for several people, each with a local facility of their own behind it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Self

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup, TaskStatus
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from alcf_mcp.local.app import WithRoutes
from alcf_mcp.local.facility import LocalFacility
from alcf_mcp.local.problems import Problem, problem_response
from alcf_mcp.local.requests import bearer_of
from alcf_mcp.local.routes.wire import PREFIX
from alcf_mcp.local.settings import LocalSettings

WhoseToken = Callable[[str], Awaitable[str]]
"""Returns the login name behind a bearer token; raises the ``Problem`` with which ALCF refuses it."""

_OPEN = re.compile(rf"(?!{PREFIX}/)|{PREFIX}/(facility|status|account/capabilities)(/|$)")


_NOT_CONFINED = (
    "Jobs are not confined: they can read and change anything that you can on this computer, and so other"
    " people's directories here."
)


class SharedFacility:
    """A facility for several people that tells them apart by their tokens.

    Each has a whole local facility in a directory of their own: jobs, tasks, files, projects and node hours.
    Nothing connects one with another. What needs no token is answered by one more, which belongs to nobody.

    Args:
        settings: how each person's facility behaves; its root holds all of them.
        whose: finds out whose a token is.
        beside: routes at the same address that are not the facility's, such as those of a sign-in service.

    Attributes:
        app: the ASGI application.
        notes: what the person who runs it should know, as sentences.
    """

    def __init__(self, settings: LocalSettings, whose: WhoseToken, beside: Sequence[BaseRoute] = ()) -> None:
        self.settings = settings
        self._whose = whose
        self._facilities: dict[str, LocalFacility] = {}
        self._opening = anyio.Lock()
        self._group: TaskGroup | None = None
        self._open_to_all = LocalFacility(settings.model_copy(update={"root": settings.root / "public"}))
        self.notes = [] if self._open_to_all.confined else [_NOT_CONFINED]
        self.app: ASGIApp = WithRoutes(self._dispatch, beside)

    def announcement(self, url: str) -> list[str]:
        """What to tell the user when the API is served at an address, as sentences."""
        return [f"The local facility is at {url}; each person has their own behind it", *self.notes]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Let everybody's jobs and tasks make progress."""
        failure: Exception | None = None
        async with self._open_to_all.running(), anyio.create_task_group() as group:
            self._group = group
            try:
                yield self
            except Exception as error:  # the task group would wrap it in an ExceptionGroup
                failure = error
            self._group = None
            group.cancel_scope.cancel()
        self._facilities.clear()
        if failure is not None:
            raise failure

    async def of(self, login: str) -> LocalFacility:
        """Return one person's facility; it is opened when they first come."""
        async with self._opening:
            if login not in self._facilities:
                facility = await anyio.to_thread.run_sync(LocalFacility, self._settings_of(login))
                assert self._group is not None, "not inside running()"  # noqa: S101
                await self._group.start(_run, facility)
                self._facilities[login] = facility
            return self._facilities[login]

    async def end_jobs(self) -> None:
        """Cancel everybody's jobs."""
        for facility in self._facilities.values():
            await facility.end_jobs()

    def _settings_of(self, login: str) -> LocalSettings:
        # A job's id ends with its scheduler's name, so no two people have jobs with the same id.
        machines = tuple(
            replace(machine, server=f"{login}.{machine.server}") for machine in self.settings.machines
        )
        own = {"root": self.settings.root / "people" / login, "username": login, "machines": machines}
        return LocalSettings.model_validate(dict(self.settings) | own)

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        token = bearer_of(request)
        if token is None or _OPEN.match(scope["path"]):
            await self._open_to_all.app(scope, receive, send)
            return
        try:
            facility = await self.of(await self._whose(token))
        except Problem as problem:
            await problem_response(request, problem)(scope, receive, send)
            return
        # A copy, because the scope belongs to the server. Behind it, each facility knows only its own token.
        inner: Scope = {**scope, "headers": list(scope["headers"])}
        MutableHeaders(scope=inner)["Authorization"] = f"Bearer {facility.token.get_secret_value()}"
        await facility.app(inner, receive, send)


async def _run(facility: LocalFacility, *, task_status: TaskStatus[None]) -> None:
    async with facility.running():
        task_status.started()
        await anyio.sleep_forever()
