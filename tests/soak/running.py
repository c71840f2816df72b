"""One run: a server, a client, and many operations at once at a facility in bad weather."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from unittest.mock import patch

import anyio
from mcp import Client

from alcf_mcp.config import load_settings
from alcf_mcp.facility.changes import lost_answers as finding
from alcf_mcp.iri import pace
from alcf_mcp.journal import Action, Journal
from alcf_mcp.local.settings import Profile
from alcf_mcp.server import build_server
from tests.conftest import Answered
from tests.soak.comparison import differences
from tests.soak.facility import Conditions, facility_in, report_of
from tests.soak.operations import Operation, Operations, Performed
from tests.soak.record import TOOLS_OF_TASKS, effects, is_quiet

CHANGES = frozenset(("submit_job", "cancel_job", "update_job", *TOOLS_OF_TASKS))

# The facility is fast here, so polling it can be frequent.
FIRST_LOOK = 0.02
LONGEST_SEARCH = 2.0

LONGEST_WAIT = 60.0


@dataclass(frozen=True)
class Plan:
    """The plan of one run: its operations, how many at once, and the time limit in seconds."""

    seed: int
    profile: Profile
    operations: int
    workers: int
    seconds: float
    rate: float
    timeout: float
    longest: float


@dataclass
class Run:
    """The outcome of a run."""

    plan: Plan
    performed: list[Performed] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    report: dict[str, Any] = field(default_factory=dict)
    retries: int = 0
    seconds: float = 0.0
    differences: list[str] = field(default_factory=list)


async def run(plan: Plan, directory: Path) -> Run:
    """Carry out a plan, wait until everything is over, and compare."""
    conditions = Conditions(
        root=str(directory / "facility"),
        profile=plan.profile,
        seed=plan.seed,
        rate=plan.rate,
        longest=plan.longest,
    )
    done = Run(plan)
    settings: dict[str, Any] = {"state_dir": directory, "timeout": plan.timeout, "confirm": "off"}
    if plan.profile == "full":
        settings["toolsets"] = "extended"
    began = monotonic()
    with facility_in(conditions) as url:
        settings |= {"api_url": url, "access_token": conditions.token}
        async with connected(settings) as client:
            await work(done, client)
        done.seconds = monotonic() - began
        await quiet(conditions)
    done.report = report_of(conditions)
    journal = Journal.at(load_settings(**settings).journal_path)
    done.actions = journal.actions.history(limit=10 * plan.operations)
    changes = [one for one in done.performed if one.operation.tool in CHANGES]
    happened = effects(conditions.database, done.report["carried_out"])
    done.differences = list(differences(changes, done.actions, happened))
    return done


@asynccontextmanager
async def connected(settings: dict[str, Any]) -> AsyncIterator[Client]:
    """A client of a server in front of the facility."""
    with (
        patch.object(pace, "FIRST_LOOK", FIRST_LOOK),
        patch.object(finding, "FIRST_LOOK", FIRST_LOOK),
        patch.object(finding, "LONGEST", LONGEST_SEARCH),
    ):
        async with Client(build_server(load_settings(**settings))) as client:
            yield client


async def work(done: Run, client: Client) -> None:
    """Perform the operations, several at once, as long as there is time."""
    operations = Operations(done.plan.seed, all_of_it=done.plan.profile == "full")
    numbers = iter(range(done.plan.operations))
    deadline = monotonic() + done.plan.seconds

    async def listen(progress: float, total: float | None, message: str | None) -> None:
        done.retries += "trying again" in (message or "")

    async def perform(operation: Operation) -> Performed:
        result = await client.call_tool(operation.tool, operation.arguments, progress_callback=listen)
        return Performed(operation, Answered.of(result))

    async def worker() -> None:
        for number in numbers:
            if monotonic() > deadline:
                return
            one = await perform(operations.draw(number))
            operations.learn(one)
            done.performed.append(one)

    async with anyio.create_task_group() as group:
        for _ in range(done.plan.workers):
            group.start_soon(worker)


async def quiet(conditions: Conditions) -> None:
    """Wait until nothing is happening at the facility and no delayed request is under way."""
    await anyio.sleep(conditions.longest)
    with anyio.fail_after(LONGEST_WAIT):
        while not is_quiet(conditions.database):  # noqa: ASYNC110 - it is another process
            await anyio.sleep(0.1)
