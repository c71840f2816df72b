"""Once a job has ended, the user is told once, whatever number of servers runs."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest

from alcf_mcp.config import SettingsError
from alcf_mcp.facility.plans import runner
from alcf_mcp.journal import Journal
from alcf_mcp.notify import noticing
from tests.conftest import Assistant, Connect, agree

JOB = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "directory": "/eagle/LocalDemo"}


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noticing, "PAUSE", 0.1)
    monkeypatch.setattr(runner, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr("alcf_mcp.background.PLANS_AFTER", 0.0)


@pytest.fixture
def tell(tmp_path: Path) -> str:
    """A command that appends what it is told to a file, a line a notice."""
    command = tmp_path / "tell.sh"
    command.write_text(f"#!/bin/sh\n(cat; echo) >> {tmp_path}/told\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return str(command)


@pytest.fixture
def told(tmp_path: Path) -> Callable[[], list[dict[str, Any]]]:
    def read() -> list[dict[str, Any]]:
        path = tmp_path / "told"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    return read


async def submit(assistant: Assistant, script: str = "true", **more: Any) -> str:
    submitted = await assistant.do("submit_job", **JOB, script=script, **more)
    return str(submitted.get("job_id") or submitted["plan_id"])


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(30):
        while not condition():  # noqa: ASYNC110 - it is a file
            await anyio.sleep(0.05)


async def test_the_end_of_a_job_is_told_without_anybody_asking(
    connect: Connect, tell: str, told: Callable[[], list[dict[str, Any]]]
) -> None:
    async with connect(notify=tell) as assistant:
        job_id = await submit(assistant, "echo secret-output; exit 3", name="relax")
        await until(lambda: bool(told()))
        (notice,) = told()
    assert (notice["job"], notice["name"], notice["machine"]) == (job_id, "relax", "Polaris")
    assert (notice["state"], notice["exit_code"]) == ("failed", 3)
    assert notice["text"].startswith(f"{job_id} on Polaris: failed, exit code 3 ")
    assert "secret-output" not in str(notice)


async def test_it_is_told_once_by_several_servers_and_after_a_restart(
    connect: Connect, tell: str, told: Callable[[], list[dict[str, Any]]]
) -> None:
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(connect(notify=tell)) for _ in range(3)]
        ids = {await submit(servers[0], name=f"job-{number}") for number in range(4)}
        await until(lambda: len(told()) >= 4)
        await anyio.sleep(0.5)
    async with connect(notify=tell):
        await anyio.sleep(0.5)
    assert sorted(notice["job"] for notice in told()) == sorted(ids)


async def test_what_had_ended_before_is_not_told(
    connect: Connect, tell: str, told: Callable[[], list[dict[str, Any]]]
) -> None:
    async with connect() as assistant:
        await assistant.do("wait_for_job", job_id=await submit(assistant, name="before"))
    async with connect(notify=tell) as assistant:
        await anyio.sleep(0.3)
        await submit(assistant, name="after")
        await until(lambda: bool(told()))
    assert [notice["name"] for notice in told()] == ["after"]


async def test_what_a_call_has_shown_already_is_told_all_the_same(
    connect: Connect, tell: str, told: Callable[[], list[dict[str, Any]]]
) -> None:
    async with connect(notify=tell) as assistant:
        await assistant.do("wait_for_job", job_id=await submit(assistant, name="seen"))
        await until(lambda: bool(told()))
    assert [notice["name"] for notice in told()] == ["seen"]


async def test_a_planned_job_that_will_not_be_submitted_is_told(
    connect: Connect, tell: str, told: Callable[[], list[dict[str, Any]]]
) -> None:
    async with connect(notify=tell, answer=agree) as assistant:
        first = await submit(assistant, "sleep 1; exit 3", name="first")
        await submit(assistant, name="second", after=first)
        await until(lambda: len(told()) == 2)
    plan = next(notice for notice in told() if notice["job"] == "plan-1")
    assert plan["state"] == "skipped"
    assert "did not succeed" in plan["text"]


async def test_a_notice_that_does_not_get_through_is_sent_again(
    connect: Connect, tmp_path: Path, journal: Journal
) -> None:
    command = tmp_path / "fails-twice.sh"
    tries = tmp_path / "tries"
    command.write_text(f"#!/bin/sh\necho >> {tries}\n[ $(wc -l < {tries}) -gt 2 ]\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    async with connect(notify=str(command)) as assistant:
        await submit(assistant)
        await until(lambda: tries.exists() and len(tries.read_text()) == 3)
        await anyio.sleep(0.5)
    assert len(tries.read_text()) == 3
    assert await journal.notices.ended_jobs() == []


async def test_a_way_that_does_not_work_is_an_error_at_startup(connect: Connect) -> None:
    with pytest.raises(SettingsError, match=r"ALCF_MCP_NOTIFY .*: there is no such command"):
        async with connect(notify="no-such-command"):
            pass
