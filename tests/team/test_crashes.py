"""A replica may be killed at any moment: nothing is lost, and nothing is done twice."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import anyio
import anyio.to_thread
from mcp.types import ElicitResult
from pydantic import SecretStr

from alcf_mcp.journal import Journal
from alcf_mcp.journal.actions import Actions
from alcf_mcp.local import LocalFacility
from alcf_mcp.local.faults import Fault
from alcf_mcp.postgres.database import opened
from alcf_mcp.team.person import Person
from tests.conftest import Answered
from tests.team.conftest import MOST_SECONDS, Replica, TeamServer
from tests.team.test_sign_in import JOB


def facility_of(team: TeamServer, login: str) -> LocalFacility:
    """Somebody's part of the facility, which their first call has opened."""
    return team.facility._facilities[login]


def jobs_of(team: TeamServer, login: str) -> list[str]:
    """The names of somebody's jobs, as the facility has them."""
    path = facility_of(team, login).settings.root / "facility.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        return [
            json.loads(row[0])["name"] for row in connection.execute("SELECT spec FROM jobs ORDER BY number")
        ]


@contextmanager
def opened_journal(team: TeamServer, person: Person) -> Iterator[Actions]:
    """What the database has of somebody's actions."""
    with opened(SecretStr(team.environment["ALCF_MCP_DATABASE_URL"])) as database:
        yield Journal(database.store_of(person.key)).actions


def kill(team: TeamServer, replica: Replica) -> None:
    """Kill a replica; the balancer notices at once."""
    team.balancer.replicas.remove(replica.origin)
    replica.kill()


async def test_a_replica_is_killed_between_question_and_answer(team: TeamServer) -> None:
    async with team.connected("ada") as client:
        job = Answered.of(await client.call_tool("submit_job", JOB | {"script": "sleep 100"}))
    questions = list[str]()

    async def answer(context: Any, params: Any) -> ElicitResult:
        questions.append(params.message)
        if len(team.balancer.replicas) == 2:
            before = dict(team.balancer.passed)
            last = max(team.replicas, key=lambda one: before[one.origin])
            kill(team, last)
        return ElicitResult(action="accept", content={"confirm": True})

    async with team.connected("ada", elicitation_callback=answer) as client:
        done = Answered.of(await client.call_tool("cancel_job", {"job_id": job.facts["job_id"]}))
        assert not done.is_error, done.text
    assert len(questions) == 1, "the other replica takes the answer to the question of the one that is gone"
    assert facility_of(team, "ada").faults.count("DELETE", "/compute/cancel/") == 1


async def test_a_replica_is_killed_while_it_submits(team: TeamServer) -> None:
    async with team.connected("ada") as client:
        await client.call_tool("list_jobs", {})
    facility_of(team, "ada").faults.add(Fault(method="POST", path="/compute/job/", delay=1.0))
    with anyio.fail_after(MOST_SECONDS):
        async with anyio.create_task_group() as group:
            group.start_soon(_submit_in_vain, team)
            while not facility_of(team, "ada").faults.count("POST", "/compute/job/"):  # noqa: ASYNC110
                await anyio.sleep(0.02)
            for replica in team.replicas:  # whichever it was
                kill(team, replica)
            await anyio.to_thread.run_sync(team.start)  # nobody calls it: it begins by itself
    with opened_journal(team, team.person("ada")) as journal, anyio.fail_after(MOST_SECONDS):
        while True:
            (action,) = await anyio.to_thread.run_sync(lambda: journal.history(limit=5))
            if action.outcome == "done":
                break
            await anyio.sleep(0.2)
    assert jobs_of(team, "ada") == ["once"]
    assert action.job_id


async def _submit_in_vain(team: TeamServer) -> None:
    """Submit a job; its answer does not come, as the replica is killed."""
    with anyio.move_on_after(MOST_SECONDS):
        try:
            async with team.connected("ada") as client:
                await client.call_tool("submit_job", JOB | {"name": "once"})
        except BaseExceptionGroup:
            return


async def test_what_waits_for_a_job_is_submitted_by_the_replica_that_is_left(team: TeamServer) -> None:
    async with team.connected("ada") as client:
        first = Answered.of(
            await client.call_tool("submit_job", JOB | {"script": "sleep 3", "name": "first"})
        )
        after = {"after": first.facts["job_id"], "name": "second"}
        planned = Answered.of(await client.call_tool("submit_job", JOB | after))
        assert not planned.is_error, planned.text
    kill(team, team.replicas[0])
    kill(team, team.replicas[1])
    team.start()  # nobody calls it
    with anyio.fail_after(90):
        while jobs_of(team, "ada") != ["first", "second"]:  # noqa: ASYNC110
            await anyio.sleep(0.5)


def test_a_replica_stops_when_it_is_told_to(team: TeamServer) -> None:
    assert [replica.stop() for replica in team.replicas] == [-signal.SIGTERM] * 2, "as its last act"
    assert all("Application shutdown complete" in replica.said for replica in team.replicas)
