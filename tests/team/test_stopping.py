"""A replica that is told to stop finishes its calls if they end in time; the others' outcome is found out."""

from __future__ import annotations

import signal
from contextlib import AsyncExitStack

import anyio
import anyio.to_thread
import httpx

from alcf_mcp.journal import Action
from alcf_mcp.local.faults import Fault
from tests.team.conftest import MOST_SECONDS, TeamServer
from tests.team.plain_client import PlainClient
from tests.team.test_crashes import facility_of, jobs_of, opened_journal
from tests.team.test_sign_in import JOB


async def stop_while_it_submits(team: TeamServer, seconds: float, calls: int) -> list[httpx.Response | None]:
    """Stop both replicas while each submits jobs, of which the facility takes its time.

    Returns:
        The answers; ``None`` where the connection ended without one.
    """
    token = await team.token_of("ada")
    async with team.connected("ada") as client:
        await client.call_tool("list_jobs", {})
    faults = facility_of(team, "ada").faults
    faults.add(Fault(method="POST", path="/compute/job/", delay=seconds, times=calls))
    answers = list[httpx.Response | None]()
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=MOST_SECONDS, trust_env=False))
        plain = PlainClient(team.url, token, "legacy", http)

        async def submit(number: int) -> None:
            try:
                call = {"name": "submit_job", "arguments": JOB | {"name": f"job-{number}"}}
                answers.append(await plain.post("tools/call", call))
            except httpx.HTTPError:
                answers.append(None)

        async with anyio.create_task_group() as group:
            for number in range(calls):
                group.start_soon(submit, number)
            with anyio.fail_after(MOST_SECONDS):
                while faults.count("POST", "/compute/job/") < calls:  # noqa: ASYNC110 - nothing tells of it
                    await anyio.sleep(0.02)
            for replica in team.replicas:
                group.start_soon(_stop, team, replica.origin)
    return answers


async def _stop(team: TeamServer, origin: str) -> None:
    replica = next(one for one in team.replicas if one.origin == origin)
    assert await anyio.to_thread.run_sync(replica.stop) == -signal.SIGTERM  # or it would not end in time
    team.balancer.replicas.remove(origin)


async def journal_once_settled(team: TeamServer) -> list[Action]:
    """The journal, when nothing is open any more."""
    with opened_journal(team, team.person("ada")) as journal, anyio.fail_after(MOST_SECONDS):
        while True:
            actions = await anyio.to_thread.run_sync(lambda: journal.history(limit=20))
            if all(action.outcome == "done" for action in actions):
                return actions
            await anyio.sleep(0.2)


async def test_calls_that_end_in_time_are_answered(team: TeamServer) -> None:
    answers = await stop_while_it_submits(team, 1.5, 4)
    assert len(answers) == 4
    assert [answer for answer in answers if answer is None or "job_id" not in answer.text] == []
    assert sorted(jobs_of(team, "ada")) == ["job-0", "job-1", "job-2", "job-3"]
    assert [action.outcome for action in await journal_once_settled(team)] == ["done"] * 4


async def test_a_call_that_does_not_is_cut_off_and_found_out_about(team: TeamServer) -> None:
    (answer,) = await stop_while_it_submits(team, 8.0, 1)
    assert answer is None or "job_id" not in answer.text
    await anyio.to_thread.run_sync(team.start)
    (action,) = await journal_once_settled(team)
    assert action.job_id
    assert jobs_of(team, "ada") == ["job-0"]
