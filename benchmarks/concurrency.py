"""Many calls at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import anyio

from benchmarks import ours
from benchmarks.facility import PROJECT, ServedFacility, served
from benchmarks.figure import Figure, Goal
from benchmarks.plan import Benchmark, Plan, Work
from benchmarks.rounds import rounds, seconds_of
from benchmarks.script import CONNECTIONS, Script

CALLS = 200
TASK_SECONDS = 0.2


async def measure(plan: Plan) -> list[Figure]:
    """List many directories at once, each with its own task."""
    async with (
        _facility(plan) as facility,
        ours.connected(plan.fresh("concurrency"), facility) as client,
        Script(facility.url, facility.token) as script,
    ):

        async def list_directory(path: str) -> object:
            return await ours.call(client, "list_directory", path=path)

        async with facility.metered(ours.AGENT, Script.agent) as counts:
            measured = await rounds(
                plan.rounds,
                ours=partial(seconds_of, partial(_all_at_once, list_directory)),
                script=partial(seconds_of, partial(_all_at_once, script.list_directory)),
            )
    calls = measured.made * CALLS
    made, theirs = (counts[agent].requests / calls for agent in (ours.AGENT, Script.agent))
    return [
        measured.figure(
            f"{CALLS} list_directory at once",
            "script",
            against=f"script, {CONNECTIONS} connections",
            goal=Goal(1.1),
            note=f"tasks of {TASK_SECONDS} s; {made:.1f} requests a call, the script {theirs:.1f}",
        )
    ]


async def _all_at_once(work: Callable[[str], Coroutine[Any, Any, object]]) -> None:
    async with anyio.create_task_group() as group:
        for path in _paths():
            group.start_soon(work, path)


def _paths() -> list[str]:
    return [f"{PROJECT}/run-{number:03}" for number in range(CALLS)]


@asynccontextmanager
async def _facility(plan: Plan) -> AsyncIterator[ServedFacility]:
    async with served(plan, task_latency=TASK_SECONDS) as facility:
        for path in _paths():
            directory = facility.on_disk(path)
            directory.mkdir()
            (directory / "output.log").write_text("done\n")
        yield facility


@asynccontextmanager
async def workload(plan: Plan) -> AsyncIterator[Work]:
    """All calls, once."""
    async with (
        _facility(plan) as facility,
        ours.connected(plan.fresh("concurrency"), facility) as client,
    ):

        async def list_directory(path: str) -> object:
            return await ours.call(client, "list_directory", path=path)

        yield partial(_all_at_once, list_directory)


CONCURRENCY = Benchmark("concurrency", f"{CALLS} calls at once", measure, workload)
