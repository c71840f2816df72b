"""What a call costs beyond the protocol and the one request that it makes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from mcp import Client

from benchmarks import ours
from benchmarks.facility import ServedFacility, served
from benchmarks.figure import Figure, Goal
from benchmarks.floor import TRIVIAL_TOOL, build_floor
from benchmarks.plan import Benchmark, Plan, Work
from benchmarks.rounds import OURS, Side, rounds, seconds_of
from benchmarks.script import Script

REFERENCE = "floor's trivial call + script's request"
GOAL = Goal(1.25)


async def measure(plan: Plan) -> list[Figure]:
    """``get_resource``, which makes a single request, within the process and over stdio."""
    async with (
        served(plan, task_latency=0.0) as facility,
        Script(facility.url, facility.token) as script,
    ):
        return [await _in_process(plan, facility, script), await _over_stdio(plan, facility, script)]


async def _in_process(plan: Plan, facility: ServedFacility, script: Script) -> Figure:
    times = _calls(plan)
    async with (
        ours.connected(plan.fresh("overhead"), facility) as client,
        Client(build_floor()) as floor,
        facility.metered(ours.AGENT) as counts,
    ):
        measured = await rounds(
            plan.rounds,
            ours=partial(seconds_of, partial(_get_resource, client), times=times),
            floor=partial(seconds_of, partial(ours.call, floor, TRIVIAL_TOOL, text="hello"), times=times),
            script=partial(seconds_of, script.get_resource, times=times),
        )
    requests = counts[ours.AGENT].requests / (measured.made * times)
    note = f"{times} calls a round, {requests:.2f} requests each"
    return measured.figure(
        "get_resource in process", "floor", "script", against=REFERENCE, goal=GOAL, note=note
    )


async def _over_stdio(plan: Plan, facility: ServedFacility, script: Script) -> Figure:
    times = _calls(plan)
    with (
        ours.over_stdio(plan.fresh("overhead"), facility) as server,
        ours.floor_over_stdio(plan.fresh("floor")) as floor,
    ):
        server.list_tools()
        floor.list_tools()
        sides: dict[str, Side] = {
            OURS: partial(seconds_of, server.calling("get_resource", resource="polaris"), times=times),
            "floor": partial(seconds_of, floor.calling(TRIVIAL_TOOL, text="hello"), times=times),
            "script": partial(seconds_of, script.get_resource, times=times),
        }
        measured = await rounds(plan.rounds, **sides)
    note = f"{times} calls a round, written to the pipe by hand"
    return measured.figure(
        "get_resource over stdio", "floor", "script", against=REFERENCE, goal=GOAL, note=note
    )


async def _get_resource(client: Client) -> object:
    return await ours.call(client, "get_resource", resource="polaris")


def _calls(plan: Plan) -> int:
    return plan.pick(100, 30)


@asynccontextmanager
async def workload(plan: Plan) -> AsyncIterator[Work]:
    """Calls of ``get_resource``."""
    async with (
        served(plan, task_latency=0.0) as facility,
        ours.connected(plan.fresh("overhead"), facility) as client,
    ):
        yield partial(seconds_of, partial(_get_resource, client), times=_calls(plan))


OVERHEAD = Benchmark("overhead", "a call beyond its one request", measure, workload)
