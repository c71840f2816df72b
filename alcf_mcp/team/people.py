"""The servers of the people who are using this one: one for each person, opened when they first call.

Nothing is shared between two of them but the code and the way to the facility. So no tool, resource, prompt,
completion or subscription can reach what belongs to somebody else: there is no way from one to another.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

import anyio
from anyio.abc import TaskGroup, TaskStatus
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.measures import RESUMED
from alcf_mcp.team.person import Person

logger = logging.getLogger(__name__)

IDLE_SECONDS = 1800.0
"""How long a server is kept that nobody calls. It does its background work until then."""

MOST_PEOPLE = 1000
"""How many servers there may be at once on one replica."""


class UseSignIn(Protocol):
    """Takes the sign-in of a request, as ``FacilityTokens.use`` does."""

    def __call__(self, sign_in: str, /, *, lasts: bool = True) -> bool:
        """Take it."""


class TooManyPeople(InvalidCall):
    """More people use this replica at once than it has room for."""


@dataclass(eq=False)
class PersonalServer:
    """One person's server.

    Attributes:
        person: whose it is.
        sessions: answers their requests.
        use_sign_in: takes the Globus sign-in of a request; returns whether to record that it is used.
        begin: begins its background work, which otherwise waits for the first call.
    """

    person: Person
    sessions: StreamableHTTPSessionManager
    use_sign_in: UseSignIn
    begin: Callable[[], None]
    used_at: float = field(default_factory=monotonic)
    calls: int = 0
    _ended: anyio.Event = field(default_factory=anyio.Event)

    @property
    def is_idle(self) -> bool:
        """Whether nobody has called it for a while."""
        return not self.calls and monotonic() - self.used_at > IDLE_SECONDS

    async def serve(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Serve until it is ended."""
        async with self.sessions.run():
            task_status.started()
            await self._ended.wait()

    def end(self) -> None:
        """End it."""
        self._ended.set()


OpenPersonalServer = Callable[[Person], PersonalServer]


class People:
    """Those who are using the server.

    Args:
        open_server: builds one person's server.
        most: how many there may be at once.
    """

    def __init__(self, open_server: OpenPersonalServer, most: int = MOST_PEOPLE) -> None:
        self._open = open_server
        self._most = most
        self._servers: dict[Person, PersonalServer] = {}
        self._opening = anyio.Lock()
        self._group: TaskGroup | None = None

    def __len__(self) -> int:
        return len(self._servers)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Hold the servers; at the end, all of them end."""
        async with anyio.create_task_group() as group:
            self._group = group
            group.start_soon(self._keep_ending_idle)
            try:
                yield
            finally:
                self._group = None
                for server in self._servers.values():
                    server.end()
                self._servers.clear()
                group.cancel_scope.cancel()

    async def resume(self, person: Person, sign_in: str) -> None:
        """Let the server of somebody work who has unfinished work; it is opened if there is room.

        Args:
            person: who it is.
            sign_in: the id of their latest Globus sign-in.
        """
        async with self._opening:
            server = self._servers.get(person)
            if server is None:
                if len(self._servers) >= self._most:
                    return
                server = await self._open_now(person)
                RESUMED.add(1, {})
            server.use_sign_in(sign_in)
        server.begin()

    @asynccontextmanager
    async def of(self, person: Person) -> AsyncIterator[PersonalServer]:
        """Return a person's server for one request.

        Raises:
            TooManyPeople: there is no room for another one.
        """
        server = self._servers.get(person) or await self._opened(person)
        server.calls += 1
        try:
            yield server
        finally:
            server.calls -= 1
            server.used_at = monotonic()

    async def _opened(self, person: Person) -> PersonalServer:
        async with self._opening:
            if server := self._servers.get(person):
                return server
            self._make_room()
            return await self._open_now(person)

    async def _open_now(self, person: Person) -> PersonalServer:
        if self._group is None:
            raise RuntimeError("the server is not running")
        server = self._open(person)
        await self._group.start(self._serve, server)
        self._servers[person] = server
        return server

    async def _serve(
        self, server: PersonalServer, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        try:
            await server.serve(task_status=task_status)
        finally:
            if self._servers.get(server.person) is server:
                del self._servers[server.person]

    def _make_room(self) -> None:
        if len(self._servers) < self._most:
            return
        unused = [server for server in self._servers.values() if not server.calls]
        if not unused:
            raise TooManyPeople("Too many people are using this server", hint="Try again in a few minutes.")
        self._end(min(unused, key=lambda server: server.used_at))

    def _end(self, server: PersonalServer) -> None:
        del self._servers[server.person]
        server.end()

    async def _keep_ending_idle(self) -> None:
        while True:
            await anyio.sleep(IDLE_SECONDS / 10)
            for server in list(self._servers.values()):
                if server.is_idle:
                    self._end(server)
