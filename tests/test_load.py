"""Many calls and many servers at once: nothing is lost, nothing starves, the facility is not overloaded."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import anyio
import httpx
import pytest
from mcp import Client
from starlette.types import Receive, Scope, Send

from alcf_mcp.config import Settings, load_settings
from alcf_mcp.iri import IRIClient
from alcf_mcp.journal import Journal
from alcf_mcp.learned import Learned
from alcf_mcp.local import Fault, LocalFacility
from alcf_mcp.server import build_server
from tests.conftest import Answered, Assistant, Connect

HERE = "/eagle/LocalDemo"


class Counted:
    """The facility, with the highest number of concurrent requests seen."""

    def __init__(self, facility: LocalFacility) -> None:
        self._facility = facility
        self._now = 0
        self.most = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            await self._facility.app(scope, receive, send)
        finally:
            self._now -= 1


async def test_two_hundred_calls_at_once(local: LocalFacility, tmp_path: Path) -> None:
    counted = Counted(local)

    @asynccontextmanager
    async def connect(settings: Settings) -> AsyncIterator[IRIClient]:
        asgi = httpx.ASGITransport(counted)
        async with IRIClient("http://local/api/v1", token=local.token, http=asgi, max_requests=8) as iri:
            yield iri

    served = build_server(load_settings(facility="local", state_dir=tmp_path), connect=connect)
    failed: list[str] = []
    heard: list[str] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(message or "")

    async with Client(served) as client, anyio.create_task_group() as group:

        async def call(number: int) -> None:
            arguments = {"path": f"{HERE}/{number}"}
            done = Answered.of(await client.call_tool("make_directory", arguments, progress_callback=hear))
            if done.is_error:
                failed.append(done.text)

        for number in range(200):
            group.start_soon(call, number)
    assert failed == []
    assert len(list(local.tree.locate(HERE).iterdir())) == 200
    assert 1 < counted.most <= 8
    assert any("waiting in line" in message for message in heard)


async def test_twenty_servers_on_one_state_directory(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    failed: list[str] = []

    async def work(assistant: Assistant, server: int) -> None:
        for number in range(4):
            answered = await assistant.call("make_directory", path=f"{HERE}/{server}-{number}")
            if answered.is_error:
                failed.append(answered.text)

    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(connect()) for _ in range(20)]
        async with anyio.create_task_group() as group:
            for number, assistant in enumerate(servers):
                group.start_soon(work, assistant, number)
    assert failed == []
    written = journal.actions.history(limit=200)
    assert len(written) == 80
    assert {action.outcome for action in written} == {"done"}
    assert len({action.arguments["path"] for action in written}) == 80


async def test_processes_hear_how_much_the_others_wait_for(journal: Journal) -> None:
    assert await Learned(journal.store).waiting.tell("1@here", 5) == 0
    assert await Learned(journal.store).waiting.tell("2@here", 30) == 5
    assert await Learned(journal.store).waiting.tell("1@here", 6) == 30
    assert await Learned(journal.store).waiting.tell("2@here", 0) == 6
    assert await Learned(journal.store).waiting.tell("1@here", 0) == 0


async def test_one_process_is_told_of_another(
    local: LocalFacility, connect: Connect, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alcf_mcp.background.TELLING_SECONDS", 0.05)
    monkeypatch.setattr("alcf_mcp.learned.waiting.FRESH_SECONDS", 60.0)
    await Learned(journal.store).waiting.tell("another@here", 64)
    local.faults.add(Fault(method="GET", path="/task/", delay=0.5, times=1))
    heard: list[int] = []
    async with connect() as assistant, anyio.create_task_group() as group:

        async def watch() -> None:
            while True:
                heard.append(await Learned(journal.store).waiting.tell("watcher@here", 0))
                await anyio.sleep(0.05)

        group.start_soon(watch)
        await assistant.do("make_directory", path=f"{HERE}/new")
        group.cancel_scope.cancel()
    assert max(heard) == 65, "the other's 64 tasks, and ours"
