"""The server for many people beside a bare server of the same SDK over HTTP: rates, waits, memory, replicas.

Each side is a process that does the work of one processor at most. The load comes from a process of its own.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import anyio.to_thread

from benchmarks.figure import Figure, Goal, MeasurementFailed
from benchmarks.floor import TRIVIAL_TOOL
from benchmarks.floor_over_http import floor_over_http
from benchmarks.http_load import Load, Measured, loaded
from benchmarks.plan import Benchmark, Plan
from benchmarks.processes import memory_of
from benchmarks.rounds import OURS, Side, rounds
from benchmarks.script import POLARIS
from tests.postgres import started_server
from tests.team.conftest import Replica, TeamServer, team_server
from tests.team.oauth_client import SteppingClient

USERS = (1, 20, 200)
GOAL = Goal(1.43)
"""At least 0.7 of the bare server's rate; a second replica gives at least 1.7 of one."""

MOST_MEMORY = Goal(500_000, "ours")
SECOND_REPLICA = Goal(0.59)
PROCESSORS = 4
"""Two replicas, the facility and the load need one each to show what a second replica is worth."""

FLOOR = "floor"
TYPED = "the shortest typed tool of a bare server"
TRIVIAL = "a bare server's tool that does nothing"


@dataclass
class Served:
    """What is measured.

    Attributes:
        team: the server for many people, with one replica.
        floor: the bare server's port.
        tokens: a bearer token for each person.
        seconds: how long a side gets load in a round.
    """

    team: TeamServer
    floor: int
    tokens: list[str]
    seconds: float

    @property
    def host(self) -> str:
        """What clients call the server."""
        return urlsplit(self.team.origin).netloc

    def loads(self, users: int, tool: str, *replicas: Replica, **arguments: Any) -> Load:
        """Load for our side."""
        ports = [port_of(replica) for replica in replicas or self.team.replicas[:1]]
        return Load(ports, self.host, self.tokens[:users], tool, arguments, self.seconds)

    def loads_floor(self, users: int, tool: str, **arguments: Any) -> Load:
        """The same load for the bare server, which asks nobody for a token."""
        return Load([self.floor], self.host, [""] * users, tool, arguments, self.seconds)


@dataclass
class Waits:
    """A side, and how long its slowest calls took."""

    load: Load
    p99: list[float] = field(default_factory=list)

    async def __call__(self) -> float:
        """Put the load on once; returns the seconds a call."""
        measured: Measured = await anyio.to_thread.run_sync(loaded, self.load)
        self.p99.append(measured.p99)
        return measured.seconds_a_call


async def measure(plan: Plan) -> list[Figure]:
    """Measure a tool that makes one request to the facility, a tool that makes none, memory, and replicas."""
    async with _served(plan) as served:
        memory = await _memory(served)
        reading = [figure for users in USERS for figure in await _reading(plan, served, users)]
        return [*reading, await _asking_nobody(plan, served), memory, await _second_replica(plan, served)]


async def _reading(plan: Plan, served: Served, users: int) -> list[Figure]:
    ours = Waits(served.loads(users, "get_resource", resource="polaris"))
    floor = Waits(served.loads_floor(users, "get_resource", resource=POLARIS))
    measured = await rounds(plan.rounds, **{OURS: ours, FLOOR: floor})
    name = f"get_resource over HTTP, {_people(users)}"
    rate = 1 / median(measured.seconds[OURS])
    note = f"{rate:.0f} calls a second on one replica"
    each = measured.figure(name, FLOOR, against=TYPED, goal=GOAL, note=note)
    slowest = Figure.beside(f"{name}, p99", "s", median(ours.p99), median(floor.p99), TYPED)
    return [each, slowest]


async def _asking_nobody(plan: Plan, served: Served) -> Figure:
    sides: dict[str, Side] = {
        OURS: Waits(served.loads(20, "auth_status")),
        FLOOR: Waits(served.loads_floor(20, TRIVIAL_TOOL, text="hello")),
    }
    measured = await rounds(plan.rounds, **sides)
    note = f"{1 / median(measured.seconds[OURS]):.0f} calls a second on one replica"
    return measured.figure("auth_status over HTTP, 20 people", FLOOR, against=TRIVIAL, note=note)


async def _memory(served: Served) -> Figure:
    """The memory that each person adds to a replica, after the first one, who loads what all share."""
    pid = served.team.replicas[0].process.pid
    read = partial(served.loads, tool="get_resource", resource="polaris")
    await anyio.to_thread.run_sync(loaded, read(1))
    first = memory_of(pid, "VmRSS")
    await anyio.to_thread.run_sync(loaded, read(len(served.tokens)))
    each = (memory_of(pid, "VmRSS") - first) / (len(served.tokens) - 1)
    note = f"{len(served.tokens)} people, {first / 1e6:.0f} MB with one"
    return Figure("memory a person", "bytes", each, goal=MOST_MEMORY, note=note)


async def _second_replica(plan: Plan, served: Served) -> Figure:
    await anyio.to_thread.run_sync(served.team.start)
    one, two = served.team.replicas
    sides: dict[str, Side] = {
        OURS: Waits(served.loads(200, "auth_status", one, two)),
        "one": Waits(served.loads(200, "auth_status", one)),
    }
    measured = await rounds(plan.rounds, **sides)
    has_room = (os.cpu_count() or 1) >= PROCESSORS
    return measured.figure(
        "auth_status over HTTP, 200 people, two replicas",
        "one",
        against="one replica",
        goal=SECOND_REPLICA if has_room else None,
        note=""
        if has_room
        else f"no goal below {PROCESSORS} processors: they share {os.cpu_count()} with the load",
    )


@asynccontextmanager
async def _served(plan: Plan) -> AsyncIterator[Served]:
    directory = plan.fresh("team")
    logins = [f"person-{number}" for number in range(max(USERS))]
    with _database() as database, team_server(directory, database, people=logins) as team:
        team.environment["ALCF_MCP_LOG_LEVEL"] = "INFO"
        await anyio.to_thread.run_sync(team.start)
        with floor_over_http(directory, team.facility_url) as floor:
            yield Served(team, floor, await _sign_in(team, logins), plan.pick(2, 1))


@contextmanager
def _database() -> Iterator[Any]:
    server = started_server()
    if isinstance(server, str):
        raise MeasurementFailed(server)
    yield server.new_database()


async def _sign_in(team: TeamServer, logins: list[str]) -> list[str]:
    async with SteppingClient(team.origin) as client:
        return [(await client.tokens_of(login))["access_token"] for login in logins]


def port_of(replica: Replica) -> int:
    """The port that a replica listens on."""
    port = urlsplit(replica.origin).port
    assert port
    return port


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


TEAM = Benchmark("team", "the server for many people", measure)
