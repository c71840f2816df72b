"""The time from a task's end at the facility to the tool's response, and the requests that the wait costs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import anyio
from mcp import Client

from benchmarks import ours
from benchmarks.facility import PROJECT, ServedFacility, served
from benchmarks.figure import Figure, Goal, Spread
from benchmarks.plan import Benchmark, Plan, Work
from benchmarks.rounds import OURS, Rounds, rounds, seconds_of
from benchmarks.script import NaiveScript

DURATIONS = (0.05, 0.25, 1.0, 3.0, 10.0, 30.0)
QUICK_DURATIONS = DURATIONS[:-1]

LONG = 3.0
"""Tasks of at least this many seconds are waited for all at once: the waits hardly affect each other."""

NAIVE = "naive"
AGENTS = {OURS: ours.AGENT, NAIVE: NaiveScript.agent}
AGAINST = "a look every second"
MOST_REQUESTS = {10.0: 8.0}


@dataclass(frozen=True)
class Waits:
    """How long both sides waited for tasks of one duration, and how many requests each wait took.

    ``first`` holds the waits of servers that had never seen a task before.
    """

    duration: float
    first: list[float]
    seconds: dict[str, list[float]]
    requests: dict[str, float]

    def figures(self) -> list[Figure]:
        """The time that the user waits needlessly, and the load that the wait puts on the facility."""
        return [
            self._lag("answered after its end", self.seconds[OURS]),
            self._lag("the same, by a server that never saw one", self.first),
            self._requests(),
        ]

    def _lag(self, what: str, waits: list[float]) -> Figure:
        one, other = (
            Spread.of([waited - self.duration for waited in side]) for side in (waits, self.seconds[NAIVE])
        )
        return Figure.beside(
            f"task of {self.duration:g} s: {what}",
            "s",
            one.median,
            other.median,
            AGAINST,
            goal=Goal(0.15 * self.duration + 0.1 if self.duration >= 1 else 0.25, "ours"),
            note=f"half of ours within {one.lower:.2f}–{one.upper:.2f} s",
        )

    def _requests(self) -> Figure:
        most = MOST_REQUESTS.get(self.duration)
        return Figure.beside(
            f"task of {self.duration:g} s: requests",
            "requests",
            self.requests[OURS],
            self.requests[NAIVE],
            AGAINST,
            goal=Goal(most, "ours") if most else None,
        )


@dataclass(frozen=True)
class Waiting:
    """Both sides, ready to wait, in front of a facility whose tasks all have one duration.

    ``new`` are servers that have never seen a task before.
    """

    duration: float
    facility: ServedFacility
    client: Client
    new: list[Client]
    naive: NaiveScript

    async def measure(self, count: int) -> Waits:
        """Wait ``count`` times, after a first task that teaches our side how long tasks take."""
        first = await self._first_waits()
        async with self.facility.metered(*AGENTS.values()) as counts:
            waits = await (self._in_turn(count) if self.duration < LONG else self._all_at_once(count))
        requests = {side: counts[agent].requests / waits.made for side, agent in AGENTS.items()}
        return Waits(self.duration, first, waits.seconds, requests)

    async def _first_waits(self) -> list[float]:
        works = [_listing(client) for client in (self.client, *self.new)]
        if self.duration < LONG:
            return [await seconds_of(work) for work in works]
        return await _together(works)

    def _works(self) -> dict[str, Work]:
        return {OURS: _listing(self.client), NAIVE: partial(self.naive.ls, PROJECT)}

    async def _in_turn(self, count: int) -> Rounds:
        return await rounds(
            count, **{side: partial(seconds_of, work) for side, work in self._works().items()}
        )

    async def _all_at_once(self, count: int) -> Rounds:
        seconds: dict[str, list[float]] = {}

        async def wait(side: str, work: Work) -> None:
            seconds[side] = await _together([work] * count)

        async with anyio.create_task_group() as group:
            for side, work in self._works().items():
                group.start_soon(wait, side, work)
        return Rounds(seconds, count)


def _listing(client: Client) -> Work:
    return partial(ours.call, client, "list_directory", path=PROJECT)


async def _together(works: Sequence[Work]) -> list[float]:
    """The seconds that each of several pieces of work takes when they run at once."""
    seconds: list[float] = []

    async def one(work: Work) -> None:
        seconds.append(await seconds_of(work))

    async with anyio.create_task_group() as group:
        for work in works:
            group.start_soon(one, work)
    return seconds


async def measure(plan: Plan) -> list[Figure]:
    """Wait for tasks of several durations at the same time, each duration at its own facility."""
    measured: dict[float, list[Figure]] = {}

    async def one(waiting: Waiting) -> None:
        measured[waiting.duration] = (await waiting.measure(plan.rounds)).figures()

    durations = QUICK_DURATIONS if plan.quick else DURATIONS
    async with AsyncExitStack() as stack:
        ready = [await stack.enter_async_context(_ready(plan, duration)) for duration in durations]
        async with anyio.create_task_group() as group:
            for waiting in ready:
                group.start_soon(one, waiting)
    return [figure for duration in durations for figure in measured[duration]]


@asynccontextmanager
async def _ready(plan: Plan, duration: float) -> AsyncIterator[Waiting]:
    async with (
        served(plan, task_latency=duration) as facility,
        NaiveScript(facility.url, facility.token) as naive,
        AsyncExitStack() as stack,
    ):
        servers = [ours.connected(plan.fresh("tasks"), facility) for _ in range(plan.rounds)]
        clients = [await stack.enter_async_context(server) for server in servers]
        for client in clients:  # so that names are known and connections are open
            await ours.call(client, "get_resource", resource="polaris")
        await naive.get_resource()
        yield Waiting(duration, facility, clients[0], clients[1:], naive)


TASKS = Benchmark("tasks", "the wait for tasks", measure)
