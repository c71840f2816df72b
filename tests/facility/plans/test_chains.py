"""Chains of jobs: each is submitted once what it waits for has happened, and no other is."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import anyio
import httpx
import pytest

from alcf_mcp.facility import Limits, ProcessState
from alcf_mcp.facility.plans import runner
from alcf_mcp.facility.plans.runner import PlanRunner
from alcf_mcp.iri import IRIClient
from alcf_mcp.journal import Journal, PlannedJob
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Assistant, Connect, agree

HERE = "/eagle/LocalDemo"
URL = "http://local/api/v1"
JOB: dict[str, Any] = {
    "resource": "polaris",
    "account": "LocalDemo",
    "queue": "debug",
    "walltime": "5m",
    "directory": HERE,
}


UNTIL_TOLD = "while [ ! -e go-on ]; do sleep 0.05; done"
"""A script that runs until ``let_go_on``, so that others can be planned after it."""


def let_go_on(local: LocalFacility) -> None:
    local.tree.locate(f"{HERE}/go-on").touch()


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr("alcf_mcp.background.PLANS_AFTER", 0.0)


async def submit(assistant: Assistant, script: str = "true", **arguments: Any) -> dict[str, Any]:
    return await assistant.do("submit_job", **JOB, script=script, **arguments)


async def over(journal: Journal, *, but: int = 0) -> list[PlannedJob]:
    """All planned jobs, oldest first, once all but so many are over."""
    with anyio.fail_after(30):
        while len(await journal.plans.open(URL)) > but:  # noqa: ASYNC110 - it is a file
            await anyio.sleep(0.05)
    return (await journal.plans.latest(URL, limit=100))[::-1]


@asynccontextmanager
async def connected_runner(
    local: LocalFacility, journal: Journal, **limits: Any
) -> AsyncIterator[PlanRunner]:
    """A runner of its own, as ``alcf-mcp plans run`` has one."""
    async with IRIClient(URL, token=local.token, http=httpx.ASGITransport(local.app)) as iri:
        plans = PlanRunner(ProcessState(iri, journal, limits=Limits(**limits), has_alcf_queues=False))
        yield plans
        await plans.stop()


def end_held(local: LocalFacility, exit_code: int | None = 0) -> None:
    """Let the jobs that are held have run, as the facility would."""
    with closing(sqlite3.connect(local.settings.root / "facility.sqlite")) as database, database:
        ended = "UPDATE jobs SET state = 'completed', exit_code = ? WHERE state = 'held'"
        database.execute(ended, (exit_code,))


def submissions(local: LocalFacility) -> int:
    return local.faults.count("POST", "/compute/job/")


async def test_a_chain_of_three_runs_through(
    local: LocalFacility, assistant: Assistant, journal: Journal
) -> None:
    first = await submit(assistant, f"{UNTIL_TOLD}; echo first > chain.txt", name="first")
    second = await submit(assistant, "echo second >> chain.txt", name="second", after=first["job_id"])
    third = await submit(assistant, "echo third >> chain.txt", name="third", after=second["plan_id"])
    assert (second["plan_id"], third["plan_id"]) == ("plan-1", "plan-2")
    assert second["waits_for"] == f"job {first['job_id']} has succeeded"
    assert "plans run" in second["next_step"]
    let_go_on(local)
    jobs = await over(journal)
    assert [job.state for job in jobs] == ["submitted", "submitted"]
    ended = await assistant.do("wait_for_job", job_id="plan-2")
    assert ended["succeeded"]
    assert ended["plan"] == "plan-2"
    assert local.tree.locate(f"{HERE}/chain.txt").read_text() == "first\nsecond\nthird\n"
    assert submissions(local) == 3


async def test_a_failure_skips_all_that_waits_behind_it(
    local: LocalFacility, assistant: Assistant, journal: Journal
) -> None:
    first = await submit(assistant, f"{UNTIL_TOLD}; exit 3", name="first")
    await submit(assistant, name="second", after=first["job_id"])
    await submit(assistant, name="third", after="plan-1")
    let_go_on(local)
    jobs = await over(journal)
    assert [job.state for job in jobs] == ["skipped", "skipped"]
    assert f"job {first['job_id']} did not succeed" in (jobs[0].reason or "")
    assert (jobs[1].reason or "").startswith("plan-1 was skipped: ")
    assert submissions(local) == 1


async def test_what_waits_for_an_end_goes_on_after_a_failure(
    local: LocalFacility, assistant: Assistant, journal: Journal
) -> None:
    first = await submit(assistant, f"{UNTIL_TOLD}; exit 3", name="first")
    await submit(assistant, name="second", after=first["job_id"], after_state="ended")
    let_go_on(local)
    assert [job.state for job in await over(journal)] == ["submitted"]
    assert submissions(local) == 2


async def test_several_may_wait_for_one_job_which_is_looked_at_for_all_of_them(
    local: LocalFacility, connect: Connect, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alcf_mcp.background.PLANS_AFTER", 60.0)
    async with connect(answer=agree) as assistant:
        first = await submit(assistant, name="held")
        for number in range(4):
            await submit(assistant, name=f"later-{number}", after=first["job_id"])
    monkeypatch.setattr(runner, "LOOK_SECONDS", 30.0)
    looks = local.faults.count("GET", f"/{first['job_id']}")
    async with connected_runner(local, journal) as plans:
        for _ in range(3):
            assert len(await plans.advance()) == 4
    assert local.faults.count("GET", f"/{first['job_id']}") - looks == 1


async def test_what_has_happened_already_is_not_waited_for(assistant: Assistant, journal: Journal) -> None:
    first = await submit(assistant, name="first")
    await assistant.do("wait_for_job", job_id=first["job_id"])
    second = await submit(assistant, name="second", after=first["job_id"])
    assert second["job_id"]
    assert await journal.plans.latest(URL, limit=1) == []


async def test_what_can_t_happen_any_more_is_refused(
    local: LocalFacility, assistant: Assistant, journal: Journal
) -> None:
    first = await submit(assistant, "exit 3", name="first")
    await assistant.do("wait_for_job", job_id=first["job_id"])
    refused = await assistant.call("submit_job", **JOB, script="true", after=first["job_id"])
    assert "would never be submitted" in refused.error["message"]
    assert await journal.plans.latest(URL, limit=1) == []
    assert submissions(local) == 1


@pytest.mark.parametrize(
    ("after", "says", "names"),
    [("4711", "has a job '4711'", "(first)"), ("plan-9", "no planned job 'plan-9'", "plan-1 (second")],
)
async def test_what_there_is_not_is_refused_with_what_there_is(
    assistant: Assistant, journal: Journal, after: str, says: str, names: str
) -> None:
    first = await submit(assistant, name="first")
    await assistant.do("wait_for_job", job_id=first["job_id"])
    held = await submit(assistant, name="held")
    await submit(assistant, name="second", after=held["job_id"])
    refused = await assistant.call("submit_job", **JOB, script="true", after=after)
    assert says in refused.error["message"]
    assert names in refused.error["next_step"]
    assert len(await journal.plans.latest(URL, limit=9)) == 1


async def test_a_list_shows_what_is_planned_and_tells_once_what_came_of_it(
    local: LocalFacility, assistant: Assistant, journal: Journal
) -> None:
    first = await submit(assistant, f"{UNTIL_TOLD}; exit 3", name="first")
    await submit(assistant, name="second", after=first["job_id"])
    await submit(assistant, name="third", after="plan-1")
    listed = await assistant.do("list_jobs")
    assert listed["summary"].endswith("; 2 planned")
    assert listed["planned"][1] == (
        "plan-2 (third, 0.08333 node hours) on Polaris waits until plan-1 has succeeded"
    )
    let_go_on(local)
    await over(journal)
    told = await assistant.do("list_jobs")
    assert "planned" not in told["summary"]
    assert "was skipped" in told["planned"][0]
    assert "planned" not in await assistant.do("list_jobs")


async def test_a_planned_job_is_shown_as_one(assistant: Assistant) -> None:
    held = await submit(assistant, name="held")
    await submit(assistant, name="second", after=held["job_id"], nodes=2)
    await submit(assistant, name="third", after="plan-1")
    shown = await assistant.do("get_job", job_id="plan-1")
    assert (shown["state"], shown["name"], shown["nodes"]) == ("planned", "second", 2)
    assert shown["status"] == f"waits until job {held['job_id']} has succeeded"
    assert "After it: plan-2 (third" in shown["next_step"]
    read = await assistant.client.read_resource("alcf://plans/plan-1")
    assert '"job_id":"plan-1"' in read.contents[0].model_dump_json().replace("\\", "")
    refused = await assistant.call("get_job_output", job_id="plan-1")
    assert "plan-1 is no job at the facility yet: it waits until" in refused.error["message"]


async def test_a_read_only_server_submits_nothing(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    async with connect(answer=agree) as assistant:
        first = await submit(assistant, UNTIL_TOLD, name="first")
        await submit(assistant, name="second", after=first["job_id"])
    let_go_on(local)
    async with connect(read_only=True) as assistant:
        await assistant.do("wait_for_job", job_id=first["job_id"])
        await anyio.sleep(0.5)
        assert submissions(local) == 1
    assert [job.state for job in await journal.plans.open(URL)] == ["waiting"]


async def test_a_server_that_nobody_uses_submits_what_is_due_and_asks_nothing_otherwise(
    local: LocalFacility, connect: Connect, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connect():
        await anyio.sleep(0.5)
        assert not local.faults.requests
    async with connect(answer=agree) as assistant:
        monkeypatch.setattr("alcf_mcp.background.PLANS_AFTER", 60.0)
        first = await submit(assistant, UNTIL_TOLD, name="first")
        await submit(assistant, name="second", after=first["job_id"])
    let_go_on(local)
    monkeypatch.setattr("alcf_mcp.background.PLANS_AFTER", 0.0)
    async with connect():
        assert [job.state for job in await over(journal)] == ["submitted"]


async def test_while_a_submission_is_not_resolved_no_other_is_made(
    local: LocalFacility, connect: Connect, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alcf_mcp.background.PLANS_AFTER", 60.0)
    async with connect(answer=agree) as assistant:
        held = await submit(assistant, name="held")
        await submit(assistant, name="second", after=held["job_id"])
        end_held(local)
        local.faults.add(Fault(method="POST", path="/compute/status/", status=501, times=None))
        local.faults.add(Fault(method="POST", path="/compute/job/", status=504, after=False, times=1))
        lost = await assistant.call("submit_job", **JOB, script="true", name="lost")
        assert "is not known" in lost.text
    async with connected_runner(local, journal) as plans:
        (waiting,) = await plans.advance()
    assert waiting.reason == "another submission to Polaris is not resolved yet"
    assert submissions(local) == 2


async def test_a_job_that_is_not_known_any_more_is_given_up_after_some_time(
    local: LocalFacility, connect: Connect, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alcf_mcp.background.PLANS_AFTER", 60.0)
    async with connect(answer=agree) as assistant:
        held = await submit(assistant, name="held")
        await submit(assistant, name="second", after=held["job_id"], after_state="ended")
    body = {"detail": "Job not found"}
    unknown = Fault(method="GET", path=f"/{held['job_id']}", status=404, body=body, times=None)
    local.faults.add(unknown)
    async with connected_runner(local, journal) as plans:
        (waiting,) = await plans.advance()
        assert "does not know job" in (waiting.reason or "")
        monkeypatch.setattr(runner, "LOOK_SECONDS", 0.0)
        monkeypatch.setattr(runner, "UNSEEN_SECONDS", 0.0)
        await plans.advance()
    (job,) = await journal.plans.latest(URL, limit=1)
    assert (job.state, submissions(local)) == ("skipped", 1)


async def test_an_end_without_an_exit_code_is_waited_for_an_hour_and_that_is_said(
    local: LocalFacility, connect: Connect, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alcf_mcp.background.PLANS_AFTER", 60.0)
    async with connect(answer=agree) as assistant:
        held = await submit(assistant, name="held")
        await submit(assistant, name="second", after=held["job_id"])
        await submit(assistant, name="clean-up", after=held["job_id"], after_state="ended")
        end_held(local, exit_code=None)
        async with connected_runner(local, journal) as plans:
            (waiting,) = await plans.advance()
            said = f"job {held['job_id']} has ended, but the facility does not say how"
            assert waiting.reason == said
            shown = await assistant.do("get_job", job_id=waiting.id)
            assert said in shown["status"]
            monkeypatch.setattr(runner, "UNTOLD_SECONDS", 0.0)
            assert await plans.advance() == []
        skipped = await assistant.do("get_job", job_id=waiting.id)
    assert skipped["state"] == "skipped"
    assert "submit this one anew, or with after_state=ended" in skipped["status"]
    assert submissions(local) == 2


async def test_a_name_means_what_is_not_over_of_that_name(local: LocalFacility, assistant: Assistant) -> None:
    ended = await submit(assistant, name="train")
    await assistant.do("wait_for_job", job_id=ended["job_id"])
    assert "job_id" in await submit(assistant, name="after-the-end", after="train")
    held = await submit(assistant, name="held")
    second = await submit(assistant, name="train", after="held")
    assert second["waits_for"] == f"job {held['job_id']} has succeeded"
    third = await submit(assistant, name="third", after="train")
    assert third["waits_for"] == f"{second['plan_id']} has succeeded"


async def test_a_name_that_may_mean_several_is_refused_with_their_ids(
    local: LocalFacility, assistant: Assistant
) -> None:
    held = await submit(assistant, name="held")
    planned = await submit(assistant, name="held", after=held["job_id"])
    refused = await assistant.call("submit_job", **JOB, script="true", after="held")
    both = f"Several jobs are called held: {planned['plan_id']} and {held['job_id']}"
    assert both in refused.error["message"]
    assert submissions(local) == 1


async def test_an_ensemble_that_waited_is_known_by_its_members(
    local: LocalFacility, assistant: Assistant, journal: Journal
) -> None:
    first = await submit(assistant, UNTIL_TOLD, name="first")
    sweep = {"script": 'echo "n is $N"', "name": "sweep", "ensemble": "N\n1\n2\n3\n"}
    planned = await submit(assistant, **sweep, after=first["job_id"])
    let_go_on(local)
    await over(journal)
    ended = await assistant.do("wait_for_job", job_id=planned["plan_id"])
    assert ended["members"] == "3 of 3 done"
    told = await assistant.call("get_job_output", job_id=planned["plan_id"], member=2)
    assert "n is 2" in told.text


async def test_an_ensemble_that_waits_is_shown_with_its_members_cost_and_script(assistant: Assistant) -> None:
    held = await submit(assistant, name="held")
    sweep: dict[str, Any] = {
        "script": 'echo "n is $N"',
        "name": "sweep",
        "ensemble": "N,LABEL\n1,a\n2,b c\n3,\n",
        "nodes": 2,
    }
    await submit(assistant, **sweep, after=held["job_id"])
    shown = await assistant.call("get_job", job_id="plan-1")
    assert (shown.facts["members"], shown.facts["nodes"]) == ("3, none of them started", 2)
    assert shown.facts["most_node_hours"] == 0.17
    assert "It costs at most 0.17 node hours." in shown.text
    assert shown.facts["runs"] == ["It runs sweep:", 'echo "n is $N"']
    member = await assistant.call("get_job", job_id="plan-1", member=2)
    assert 'Member 2: not started, with N=2 LABEL="b c".' in member.text
    beyond = await assistant.call("get_job", job_id="plan-1", member=4)
    assert "plan-1 has no member 4" in beyond.error["message"]
    await submit(assistant, name="third", after="plan-1")
    plain = await assistant.call("get_job", job_id="plan-2", member=1)
    assert "plan-2 is not known to be an ensemble" in plain.error["message"]
    read = await assistant.client.read_resource("alcf://plans/plan-1")
    assert "3, none of them started" in read.contents[0].model_dump_json()


async def test_a_state_to_wait_for_without_a_job_is_refused(
    local: LocalFacility, assistant: Assistant
) -> None:
    refused = await assistant.call("submit_job", **JOB, script="true", after_state="ended", after=" ")
    assert "`after_state` needs `after`" in refused.error["message"]
    assert submissions(local) == 0


async def test_a_planned_job_says_nothing_of_when_it_would_start_now(assistant: Assistant) -> None:
    first = await submit(assistant, name="held")
    preview = await submit(assistant, after=first["job_id"], after_state="ended", dry_run=True)
    assert preview["waits_for"] == f"job {first['job_id']} (held) on Polaris has ended"
    planned = await submit(assistant, after=first["job_id"])
    assert "may start" not in str(preview["notes"]) + str(planned["notes"])


async def test_a_plan_that_became_a_job_can_be_submitted_again_by_its_id(
    local: LocalFacility, assistant: Assistant, journal: Journal
) -> None:
    first = await submit(assistant, UNTIL_TOLD, name="first")
    await submit(assistant, "echo again", name="second", after=first["job_id"])
    early = await assistant.call("submit_job", like="plan-1")
    assert "plan-1 is no job at the facility yet: it waits until job" in early.error["message"]
    let_go_on(local)
    (second,) = await over(journal)
    again = await assistant.do("submit_job", like="plan-1")
    assert again["like"] == second.job_id
