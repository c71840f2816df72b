"""What a call costs beyond the protocol and the one request that it makes.

The reference makes the floor's trivial call and the script's request in turn, as ours does within one call.
The sum of two separate loops is reported too. It is less, probably because neither loop pushes the other's
code out of the processor's caches, and no process has to be woken. No server can run its two parts in loops.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from mcp import Client

from benchmarks import ours
from benchmarks.facility import ServedFacility, served
from benchmarks.figure import Figure, Goal
from benchmarks.floor import TRIVIAL_TOOL, build_floor, build_handwritten
from benchmarks.plan import Benchmark, Plan, Work
from benchmarks.rounds import OURS, Rounds, Side, rounds, seconds_of
from benchmarks.script import POLARIS, Script

IN_TURN = "floor's trivial call, then script's request"
IN_LOOPS = "the same, in two loops"
GOAL = Goal(1.25)


async def measure(plan: Plan) -> list[Figure]:
    """Measure ``get_resource``, which makes a single request, in this process and over stdio."""
    async with (
        served(plan, task_latency=0.0) as facility,
        Script(facility.url, facility.token) as script,
    ):
        within = await _in_process(plan, facility, script)
        return [*within, *await _over_stdio(plan, facility, script)]


async def _in_process(plan: Plan, facility: ServedFacility, script: Script) -> list[Figure]:
    times = _calls(plan)
    async with (
        ours.connected(plan.fresh("overhead"), facility) as client,
        Client(build_floor()) as floor,
        Client(build_handwritten(script)) as handwritten,
        facility.metered(ours.AGENT) as counts,
    ):
        trivial = partial(ours.call, floor, TRIVIAL_TOOL, text="hello")
        measured = await rounds(
            plan.rounds,
            **_sides(partial(_get_resource, client), trivial, script.get_resource, times),
            handwritten=partial(seconds_of, partial(_get_resource, handwritten, POLARIS), times=times),
        )
    requests = counts[ours.AGENT].requests / (measured.made * times)
    note = f"{times} calls a round, {requests:.2f} requests each"
    name = "get_resource in process"
    typed = measured.figure(name, "handwritten", against="the shortest typed tool of the same SDK")
    return [*_figures(measured, name, note), typed]


async def _over_stdio(plan: Plan, facility: ServedFacility, script: Script) -> list[Figure]:
    times = _calls(plan)
    with (
        ours.over_stdio(plan.fresh("overhead"), facility) as server,
        ours.floor_over_stdio(plan.fresh("floor")) as floor,
    ):
        server.list_tools()
        floor.list_tools()
        trivial = floor.calling(TRIVIAL_TOOL, text="hello")
        ours_there = server.calling("get_resource", resource="polaris")
        measured = await rounds(plan.rounds, **_sides(ours_there, trivial, script.get_resource, times))
    note = f"{times} calls a round, written to the pipe by hand"
    return _figures(measured, "get_resource over stdio", note)


def _sides(one: Work, trivial: Work, request: Work, times: int) -> dict[str, Side]:
    works = {OURS: one, "in_turn": _in_turn(trivial, request), "floor": trivial, "script": request}
    return {side: partial(seconds_of, work, times=times) for side, work in works.items()}


def _figures(measured: Rounds, name: str, note: str) -> list[Figure]:
    return [
        measured.figure(name, "in_turn", against=IN_TURN, goal=GOAL, note=note),
        measured.figure(name, "floor", "script", against=IN_LOOPS),
    ]


def _in_turn(*works: Work) -> Work:
    async def all_of_it() -> None:
        for work in works:
            await work()

    return all_of_it


async def _get_resource(client: Client, resource: str = "polaris") -> object:
    return await ours.call(client, "get_resource", resource=resource)


def _calls(plan: Plan) -> int:
    return plan.pick(100, 30)


@asynccontextmanager
async def workload(plan: Plan) -> AsyncIterator[Work]:
    """Call ``get_resource``."""
    async with (
        served(plan, task_latency=0.0) as facility,
        ours.connected(plan.fresh("overhead"), facility) as client,
    ):
        yield partial(seconds_of, partial(_get_resource, client), times=_calls(plan))


OVERHEAD = Benchmark("overhead", "a call beyond its one request", measure, workload)
