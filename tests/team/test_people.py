"""Each person has a server of their own: opened once, kept while it is used, ended after that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from alcf_mcp.team import people as module
from alcf_mcp.team.people import People, PersonalServer, TooManyPeople
from alcf_mcp.team.person import Person

ADA, BOB, EVE = (Person("https://globus", name) for name in ("ada", "bob", "eve"))


class Sessions:
    """What answers one person's requests, and says whether it runs."""

    def __init__(self) -> None:
        self.runs = False

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        await anyio.sleep(0.01)
        self.runs = True
        yield
        self.runs = False


class Opened:
    """Builds servers, and remembers them, and how their work began."""

    def __init__(self) -> None:
        self.servers: list[Any] = []
        self.begun: list[tuple[Person, str]] = []

    def build(self, person: Person) -> PersonalServer:
        def use_sign_in(sign_in: str, /, *, lasts: bool = True) -> bool:
            self.begun.append((person, sign_in))
            return True

        sessions: Any = Sessions()
        server = PersonalServer(person, sessions, use_sign_in, lambda: self.begun.append((person, "begun")))
        self.servers.append(server)
        return server


@pytest.fixture
def opened() -> Opened:
    return Opened()


async def test_many_first_requests_at_once_open_one_server(opened: Opened) -> None:
    people = People(opened.build)

    async def call() -> None:
        async with people.of(ADA) as server:
            assert server.sessions.runs  # type: ignore[attr-defined]

    async with people.serving():
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(call)
        assert len(opened.servers) == len(people) == 1
    assert not opened.servers[0].sessions.runs, "it ends with the server for all"


async def test_two_people_have_two_servers_whatever_they_are_called(opened: Opened) -> None:
    people = People(opened.build)
    namesake = Person("https://another", "ada", "ada@alcf.anl.gov")
    async with people.serving(), people.of(ADA) as one, people.of(namesake) as other:
        assert one is not other
        renamed = Person(ADA.issuer, ADA.subject, "a-new-name@alcf.anl.gov")
        async with people.of(renamed) as again:
            assert again is one, "a username may change"
    assert len({ADA.key, namesake.key, BOB.key}) == 3


async def test_the_one_that_was_unused_longest_makes_room(opened: Opened) -> None:
    people = People(opened.build, most=2)
    async with people.serving():
        async with people.of(ADA):
            pass
        async with people.of(BOB), people.of(EVE):
            await anyio.sleep(0.01)
            assert [one.sessions.runs for one in opened.servers] == [False, True, True]
            with pytest.raises(TooManyPeople, match="Too many people"):
                async with people.of(ADA):
                    pass


async def test_a_server_that_nobody_calls_ends(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.1)
    people = People(opened.build)
    async with people.serving(), people.of(BOB):
        async with people.of(ADA):
            pass
        with anyio.fail_after(5):
            while len(people) > 1:  # noqa: ASYNC110 - nothing tells of it
                await anyio.sleep(0.01)
        await anyio.wait_all_tasks_blocked()
        assert [one.sessions.runs for one in opened.servers] == [True, False], "in use, and unused"


async def test_unfinished_work_opens_a_server_once(opened: Opened) -> None:
    people = People(opened.build)
    async with people.serving():
        await people.resume(ADA, "a sign-in")
        await people.resume(ADA, "a sign-in")
        assert len(opened.servers) == 1
    assert opened.begun == [(ADA, "a sign-in"), (ADA, "begun")] * 2, "though nobody calls it"


async def test_unfinished_work_opens_no_more_servers_than_there_is_room_for(opened: Opened) -> None:
    people = People(opened.build, most=2)
    async with people.serving():
        async with anyio.create_task_group() as group:
            for person in (ADA, BOB, EVE):
                group.start_soon(people.resume, person, "a sign-in")
        assert len(opened.servers) == len(people) == 2
