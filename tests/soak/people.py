"""Many people at work at once, on replicas that are killed again and again, at a facility in bad weather.

Each has names, contents and ids of their own, so whatever reaches the wrong person can be recognized.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import anyio
import anyio.to_thread
import httpx

from alcf_mcp.journal import Action, Journal, PlannedJob
from alcf_mcp.local import LocalFacility, Weather
from alcf_mcp.local.settings import Profile
from alcf_mcp.local.team import TeamFacility
from alcf_mcp.postgres.database import Database, opened
from tests.postgres import name_of, postgres_server
from tests.soak.client import LOGIN, PATIENCE, Notes, SoakingClient
from tests.soak.facility import ROOT, Witness, watched
from tests.soak.killing import Killing
from tests.soak.operations import HELD
from tests.soak.people_comparison import Record, differences_of_person
from tests.soak.person import OperationsOfOne, PersonAtWork
from tests.soak.record import held_jobs, is_quiet
from tests.team.conftest import TeamServer, team_server

SETTLED_SECONDS = 35.0
"""After so long without any progress, nothing more is expected of what is not over."""

LONGEST_SETTLING = 150.0


@dataclass(frozen=True)
class Crowd:
    """The plan of one run.

    Attributes:
        people: how many there are.
        replicas: how many replicas serve them.
        at_once: how many calls each has in progress at once.
        kills: whether replicas are killed.
        operations: how many each has at least, however long they take.
    """

    seed: int
    people: int
    replicas: int
    seconds: float
    rate: float
    longest: float = 2.0
    at_once: int = 2
    kills: bool = True
    profile: Profile = "alcf"
    operations: int = 1


@dataclass
class Gathered:
    """The outcome of a run."""

    crowd: Crowd
    people: list[PersonAtWork] = field(default_factory=list)
    kills: int = 0
    stops: int = 0
    requests: int = 0
    faults: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    differences: list[str] = field(default_factory=list)


class WatchedFacility(TeamFacility):
    """A facility for several people, in bad weather, with a witness for each of them.

    Attributes:
        weather: makes the weather of one of them.
        witnesses: what was carried out for each.
    """

    crowd: Crowd

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.witnesses: dict[str, Witness] = {}

    async def of(self, login: str) -> LocalFacility:
        facility = await super().of(login)
        if login not in self.witnesses:
            self.witnesses[login] = watched(facility)
            seed = self.crowd.seed * 1000 + len(self.witnesses)
            facility.faults.weather = Weather(seed=seed, rate=self.crowd.rate, longest=self.crowd.longest)
        return facility

    def everybodys(self) -> dict[str, LocalFacility]:
        """The facilities that are open."""
        return dict(self._facilities)


async def gather(crowd: Crowd, directory: Path) -> Gathered:
    """Let people work, wait until all is over, and compare."""
    done, began = Gathered(crowd), monotonic()
    database = postgres_server().new_database()
    kind = type("Watched", (WatchedFacility,), {"crowd": crowd})
    logins = [LOGIN.format(number) for number in range(crowd.people)]
    weather: dict[str, Any] = {"tick": 0.2, "task_latency": (0.0, 0.05), "held_names": HELD}
    try:
        with team_server(
            directory, database, people=logins, kind=kind, profile=crowd.profile, **weather
        ) as server:
            server.module = "tests.soak.replica"
            server.environment |= _environment(crowd)
            for _ in range(crowd.replicas):
                await anyio.to_thread.run_sync(server.start)
            async with _people(done, server, logins):
                await _work(done, server)
            with opened(database) as journals:
                await _until_settled(server, journals, logins)
                await _compare(done, server, journals)
    finally:
        postgres_server().run(f"DROP DATABASE {name_of(database)} WITH (FORCE)")
    done.seconds = monotonic() - began
    return done


def _environment(crowd: Crowd) -> dict[str, str]:
    toolsets = {"ALCF_MCP_TOOLSETS": "default,extended"} if crowd.profile == "full" else {}
    return {"PYTHONPATH": str(ROOT), "ALCF_MCP_TIMEOUT": "6", "ALCF_MCP_LOG_LEVEL": "INFO", **toolsets}


@asynccontextmanager
async def _people(done: Gathered, server: TeamServer, logins: list[str]) -> AsyncIterator[None]:
    """Everybody, with a client of each era."""
    logs = server.root / "clients"
    logs.mkdir()
    async with AsyncExitStack() as stack:
        for login in logins:
            log = stack.enter_context((logs / f"{login}.jsonl").open("w"))
            notes, crowd = Notes(login, log), done.crowd
            clients = list[SoakingClient]()
            for era in ("auto", "legacy"):
                http = await stack.enter_async_context(httpx.AsyncClient(timeout=PATIENCE, trust_env=False))
                clients.append(SoakingClient.of(notes, server.origin, era, http))
            operations = OperationsOfOne(crowd.seed, crowd.profile == "full", f"{login}-")
            done.people.append(PersonAtWork(notes, clients, operations))
        yield


async def _work(done: Gathered, server: TeamServer) -> None:
    """Let everybody work for as long as planned, while replicas are killed."""
    crowd = done.crowd
    deadline = monotonic() + crowd.seconds
    killing = Killing(server, Random(f"{crowd.seed}/kills"), crowd.replicas)
    async with anyio.create_task_group() as background:
        if crowd.kills:
            background.start_soon(killing.go_on)
        async with anyio.create_task_group() as group:
            for person in done.people:
                group.start_soon(person.work, deadline, crowd.operations, crowd.at_once)
        killing.over = True
    done.kills, done.stops = killing.kills, killing.stops


async def _until_settled(server: TeamServer, journals: Database, logins: list[str]) -> None:
    """Wait, with nobody connected, until nothing happens any more."""
    assert isinstance(server.facility, WatchedFacility)
    await anyio.sleep(server.facility.crowd.longest)
    last, quiet_since = object(), monotonic()
    deadline = monotonic() + LONGEST_SETTLING
    while monotonic() < deadline:
        databases = _databases(server)
        is_still = all([await anyio.to_thread.run_sync(is_quiet, one) for one in databases.values()])
        now = [await _open_work(server, journals, login) for login in logins]
        if is_still and not any(now):
            return
        if now != last or not is_still:
            last, quiet_since = now, monotonic()
        if monotonic() - quiet_since > SETTLED_SECONDS:
            return
        await anyio.sleep(0.5)


async def _open_work(server: TeamServer, journals: Database, login: str) -> list[str]:
    journal = _journal(server, journals, login)
    waits_for_good = {*held_jobs(_databases(server)[login])} if login in _databases(server) else set[str]()
    plans = list[str]()
    for job in await journal.plans.open(server.facility_url):
        if job.state == "waiting" and job.after in waits_for_good:
            waits_for_good.add(job.id)
        else:
            plans.append(f"{job.id} {job.state} {job.tries}")
    actions = await journal.actions.left_open(server.facility_url)
    return plans + [f"{action.id} {action.outcome}" for action in actions]


def _journal(server: TeamServer, journals: Database, login: str) -> Journal:
    return Journal(journals.store_of(server.person(login).key))


def _databases(server: TeamServer) -> dict[str, Path]:
    assert isinstance(server.facility, WatchedFacility)
    open_ones = server.facility.everybodys().items()
    return {login: one.settings.root / "facility.sqlite" for login, one in open_ones}


async def _compare(done: Gathered, server: TeamServer, journals: Database) -> None:
    """Compare the facility's record, the journal and the client's own record, of each person."""
    assert isinstance(server.facility, WatchedFacility)
    databases = _databases(server)
    for facility in server.facility.everybodys().values():
        weather = facility.faults.weather
        if weather:
            done.requests += weather.drawn
            done.faults += weather.happened.total()
    for person in done.people:
        login = person.notes.login
        if login not in databases:
            done.differences.append(f"{login} never reached the facility")
            continue
        journal = _journal(server, journals, login)
        actions = await anyio.to_thread.run_sync(partial(journal.actions.history, limit=100_000))
        plans = (await journal.plans.latest(server.facility_url, limit=100_000))[::-1]
        carried_out = server.facility.witnesses[login].carried_out
        record = Record(databases[login], carried_out, actions, plans)
        _keep(server.root / "journals", login, actions, plans)
        done.outcomes.update(action.outcome for action in actions)
        done.states.update(plan.state for plan in plans)
        found = [*person.notes.wrong, *differences_of_person(person, record)]
        done.differences += [f"{login}: {difference}" for difference in found]
    done.differences += _traces_in_logs(server)


def _keep(directory: Path, login: str, actions: list[Action], plans: list[PlannedJob]) -> None:
    """Keep a person's journal beside the other evidence."""
    directory.mkdir(exist_ok=True)
    kept = {
        "actions": [one.model_dump(mode="json") for one in actions],
        "plans": [one.model_dump(mode="json") for one in plans],
    }
    (directory / f"{login}.json").write_text(json.dumps(kept, indent=1))


def _traces_in_logs(server: TeamServer) -> Iterator[str]:
    """What a replica should not have had to log."""
    for replica in server.replicas:
        for line in replica.said.splitlines():
            if "Traceback" in line:
                yield f"{replica.log.name}: {line[:600]}"
