"""Random chains of jobs in bad weather, submitted by two servers that are killed again and again."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import anyio
from mcp import Client

from alcf_mcp.config import load_settings
from alcf_mcp.journal import Journal, PlannedJob
from alcf_mcp.journal.plans import PlanState, plan_number
from alcf_mcp.server import build_server
from tests.conftest import Answered
from tests.soak.facility import ROOT, Conditions, facility_in
from tests.soak.operations import JOB
from tests.soak.server import short_intervals

SERVERS = 2
KILLED_WITHIN = (3.0, 12.0)
"""Seconds after which a server is killed, some of which it takes to start; another is started at once."""

FIRST_SCRIPTS = {"sleep 25": 4, "sleep 15": 4, "sleep 20; exit 3": 1}
LATER_SCRIPTS = {"true": 12, "sleep 0.5": 5, "exit 3": 2}
"""What the jobs run, and how often each is drawn. The first ones last while others are planned."""

_MARK = re.compile(r"# (chain-\d+-\d+)$")


@dataclass(frozen=True)
class Weaving:
    """The plan of one run: how many jobs follow others, in what weather, and for how long they may take."""

    seed: int
    jobs: int
    rate: float
    longest: float = 2.0
    seconds: float = 240.0


@dataclass(frozen=True)
class Ran:
    """A job in the facility's record."""

    job_id: str
    submitted: float
    ended: float | None
    exit_code: int | None


@dataclass
class Woven:
    """The outcome of a run."""

    weaving: Weaving
    planned: list[PlannedJob] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    doubts: list[str] = field(default_factory=list)
    kills: int = 0
    tries: int = 0
    seconds: float = 0.0
    differences: list[str] = field(default_factory=list)


async def weave(weaving: Weaving, directory: Path) -> Woven:
    """Plan random jobs while the servers that submit them are killed, wait for the end, and compare."""
    conditions = Conditions(
        root=str(directory / "facility"),
        profile="alcf",
        seed=weaving.seed,
        rate=weaving.rate,
        longest=weaving.longest,
    )
    woven, began = Woven(weaving), monotonic()
    with facility_in(conditions) as url:
        settings = {"api_url": url, "access_token": conditions.token, "state_dir": directory, "timeout": 6}
        journal = Journal.at(load_settings(**settings).journal_path)
        over, struck = anyio.Event(), set[int]()
        async with anyio.create_task_group() as group:
            for number in range(SERVERS):
                killer = Killer(journal, url, Random(f"{weaving.seed}/{number}"), struck)
                group.start_soon(_keep_killing, woven, settings, killer, over)
            answered = await _plan(weaving, settings)
            await _until_settled(journal, url, began + weaving.seconds)
            over.set()
        await anyio.sleep(weaving.longest + 1.0)  # for what is still on its way
    woven.seconds = monotonic() - began
    woven.planned = (await journal.plans.latest(url, limit=10 * weaving.jobs))[::-1]
    woven.states = Counter(_told_state(job) for job in woven.planned)
    woven.doubts = [f"{job.id}: {job.reason}" for job in woven.planned if job.state == "submitting"]
    woven.tries = sum(job.tries for job in woven.planned)
    woven.differences = list(differences_of_chains(woven.planned, answered, _ran(conditions.database)))
    return woven


async def _plan(weaving: Weaving, settings: dict[str, Any]) -> list[str]:
    """Submit some jobs, plan others after them, and cancel a few; returns the ids that were answered."""
    random, there, planned = Random(weaving.seed), list[str](), list[str]()
    with short_intervals(runs_plans=False):
        async with Client(build_server(load_settings(**settings, confirm="off"))) as client:
            for number in range(weaving.jobs):
                mark, follows = f"chain-{weaving.seed}-{number:04d}", bool(there) and random.random() < 0.85
                scripts = LATER_SCRIPTS if follows else FIRST_SCRIPTS
                script = random.choices(list(scripts), list(scripts.values()))[0]
                job = {**JOB, "queue": "prod", "name": mark, "script": f"{script} # {mark}"}
                if follows:
                    job |= {"after": random.choice(there[-5:])}
                    job |= {"after_state": random.choice(("succeeded", "succeeded", "ended"))}
                answered = Answered.of(await client.call_tool("submit_job", job))
                ids = [answered.facts.get(name) for name in ("job_id", "plan_id")]
                there += [id for id in ids if id]
                planned += [id for id in ids[1:] if id]
                if planned and random.random() < 0.05:
                    await client.call_tool("cancel_job", {"job_id": random.choice(planned[-6:])})
    return planned


@dataclass
class Killer:
    """Chooses the moments to kill a server: at random, and half of the times when something is submitted.

    Attributes:
        struck: the actions that it has decided about.
    """

    journal: Journal
    url: str
    random: Random
    struck: set[int]

    async def wait(self) -> None:
        """Wait until it is time."""
        with anyio.move_on_after(self.random.uniform(*KILLED_WITHIN)):
            while not await self._strikes():  # noqa: ASYNC110 - the journal is another process's, too
                await anyio.sleep(0.03)
            await anyio.sleep(self.random.uniform(0.0, 0.3))

    async def _strikes(self) -> bool:
        claimed = {job.action for job in await self.journal.plans.open(self.url) if job.action}
        new = claimed - self.struck
        self.struck |= new
        return bool(new) and self.random.random() < 0.5


async def _keep_killing(woven: Woven, settings: dict[str, Any], killer: Killer, over: anyio.Event) -> None:
    """Serve, and kill the server at random moments."""
    given = {f"ALCF_MCP_{name.upper()}": str(value) for name, value in settings.items()}
    environment = {**os.environ, **given, "PYTHONPATH": str(ROOT)}
    while not over.is_set():
        command = [sys.executable, "-m", "tests.soak.server", "serve"]
        with subprocess.Popen(  # noqa: ASYNC220 - it is only started
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as server:
            await killer.wait()
            server.send_signal(signal.SIGKILL)
        woven.kills += 1


async def _until_settled(journal: Journal, url: str, deadline: float) -> None:
    """Wait until every planned job is over, or only those are left that are in doubt."""
    quiet_since = monotonic()
    last: list[tuple[int, PlanState, int]] = []
    while monotonic() < deadline:
        now = [(job.number, job.state, job.tries) for job in await journal.plans.open(url)]
        if now != last:
            last, quiet_since = now, monotonic()
        states = {state for _, state, _ in now}
        if not now or ("submitting" in states and monotonic() - quiet_since > 45.0):
            return
        await anyio.sleep(0.3)


def _told_state(job: PlannedJob) -> str:
    return "in doubt" if job.state == "submitting" else job.state


def _ran(database: Path) -> dict[str, list[Ran]]:
    """The facility's jobs, by their marks."""
    found: dict[str, list[Ran]] = {}
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT id, submitted, ended, exit_code, spec FROM jobs")
        for *facts, spec in rows:
            if mark := _MARK.search(" ".join(json.loads(spec).get("arguments", ()))):
                found.setdefault(mark[1], []).append(Ran(*facts))
    return found


def differences_of_chains(
    planned: list[PlannedJob], answered: list[str], ran: dict[str, list[Ran]]
) -> Iterator[str]:
    """Report every job that was submitted twice, lost, or submitted although it should not have been."""
    by_id = {job.id: job for job in planned}
    by_job = {one.job_id: one for jobs in ran.values() for one in jobs}
    for mark, jobs in ran.items():
        if len(jobs) > 1:
            yield f"{mark}: doubled, submitted {len(jobs)} times"
    for id in answered:
        if id not in by_id:
            yield f"{id}: lost, the journal does not know it"
    for job in planned:
        before = by_id.get(job.after)
        in_doubt = before is not None and before.is_open  # then what is behind it waits
        jobs = ran.get(job.spec.name or "", [])
        yield from _of_one(job, jobs, _before(job, by_id, by_job, ran), in_doubt=in_doubt)


def _of_one(job: PlannedJob, jobs: list[Ran], before: Ran | None, *, in_doubt: bool) -> Iterator[str]:
    if job.state == "submitted" and job.job_id not in [one.job_id for one in jobs]:
        yield f"{job.id}: lost, the journal says that it was submitted as {job.job_id}"
    if job.state in ("skipped", "failed", "canceled", "waiting") and jobs:
        yield f"{job.id}: it is {job.state} ({job.reason}), but was submitted as {jobs[0].job_id}"
    held = before is not None and before.ended is not None
    held = held and (job.after_state == "ended" or bool(before and before.exit_code == 0))
    if jobs and not held:
        yield f"{job.id}: submitted although its condition did not hold ({before})"
    if jobs and before and (before.ended or 0.0) > jobs[0].submitted + 0.1:
        yield f"{job.id}: submitted before what it waits for had ended"
    if held and not in_doubt and job.state in ("waiting", "skipped"):
        yield f"{job.id}: lost, it is {job.state} ({job.reason}) although its condition holds"


def _before(
    job: PlannedJob, by_id: dict[str, PlannedJob], by_job: dict[str, Ran], ran: dict[str, list[Ran]]
) -> Ran | None:
    """The job that a planned job waits for, in the facility's record."""
    if plan_number(job.after) is None:
        return by_job.get(job.after)
    before = by_id.get(job.after)
    return next(iter(ran.get(before.spec.name or "", [])), None) if before else None
