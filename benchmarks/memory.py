"""Memory after the start, and after thousands of calls."""

from __future__ import annotations

from itertools import cycle, islice

import anyio
import anyio.lowlevel

from benchmarks import ours
from benchmarks.facility import served
from benchmarks.figure import Figure, Goal
from benchmarks.floor import TRIVIAL_TOOL
from benchmarks.plan import Benchmark, Plan, Work
from benchmarks.processes import memory_of

BESIDES = 25 * 10**6
"""Bytes that our server may use in addition to the floor's."""

SETTLING_SECONDS = 2.0
"""By then a server has loaded what it loads in the background."""

JOBS_EVERY = 25
MOST_GROWTH = 1.05


async def measure(plan: Plan) -> list[Figure]:
    """Call ``get_resource``, which makes one request, and now and then ``list_jobs``, which does the most."""
    calls = plan.pick(10_000, 2_000)
    async with served(plan, task_latency=0.0) as facility:
        with (
            ours.over_stdio(plan.fresh("memory"), facility) as server,
            ours.floor_over_stdio(plan.fresh("floor")) as floor,
        ):
            server.list_tools()
            floor.list_tools()
            resource = server.calling("get_resource", resource="polaris")
            mixed = [resource] * (JOBS_EVERY - 1) + [server.calling("list_jobs")]
            trivial = [floor.calling(TRIVIAL_TOOL, text="hello")]
            await _call(mixed, JOBS_EVERY)
            await _call(trivial, JOBS_EVERY)
            await anyio.sleep(SETTLING_SECONDS)
            start, floor_start = memory_of(server.pid, "VmRSS"), memory_of(floor.pid, "VmRSS")
            await _call(mixed, calls // 10)
            warm = memory_of(server.pid, "VmRSS")
            await _call(mixed, calls - calls // 10)
            await _call(trivial, calls // 10)  # it does nothing that could make memory grow
            end, floor_end = memory_of(server.pid, "VmRSS"), memory_of(floor.pid, "VmRSS")
    return [
        _above_floor("memory after the start", start, floor_start, f"after {JOBS_EVERY} calls"),
        _above_floor(f"memory after {calls} calls", end, floor_end, f"after {calls // 10} calls"),
        Figure.beside(
            f"memory after {calls} calls",
            "bytes",
            end,
            warm,
            f"after {calls // 10} calls",
            goal=Goal(MOST_GROWTH),
            note="does it grow?",
        ),
    ]


async def _call(works: list[Work], times: int) -> None:
    for work in islice(cycle(works), times):
        await anyio.lowlevel.checkpoint()  # lets an interruption through: the calls themselves never wait
        await work()


def _above_floor(name: str, size: int, floor: int, note: str) -> Figure:
    return Figure.beside(name, "bytes", size, floor, "floor", goal=Goal(floor + BESIDES, "ours"), note=note)


MEMORY = Benchmark("memory", "memory, and whether it grows", measure)
