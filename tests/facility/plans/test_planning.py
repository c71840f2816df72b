"""What is asked before a job is planned, what the limits say to it, and how it is canceled."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from alcf_mcp.facility.plans import runner
from alcf_mcp.journal import Journal
from alcf_mcp.local import LocalFacility
from tests.conftest import Assistant, Connect, agree, refuse
from tests.facility.plans.test_chains import (
    HERE,
    JOB,
    URL,
    connected_runner,
    end_held,
    over,
    submissions,
    submit,
)


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LOOK_SECONDS", 0.1)


HOUR: dict[str, Any] = JOB | {"walltime": "1h", "queue": "debug", "nodes": 2}


async def plan(assistant: Assistant, after: str, **arguments: Any) -> dict[str, Any]:
    return await assistant.do("submit_job", **HOUR | arguments, script="true", after=after)


async def test_the_question_shows_the_step_its_chain_and_the_day(connect: Connect) -> None:
    async with connect(answer=agree, ask_node_hours=5, max_node_hours_per_day=20) as assistant:
        held = await submit(assistant, name="held")
        await plan(assistant, held["job_id"], name="second")
        await plan(assistant, "plan-1", name="third")
        assert assistant.questions == []
        await plan(assistant, "plan-2", name="fourth")
    (question,) = assistant.questions
    assert "It is submitted once plan-2 (third, 2 node hours) has succeeded, without asking you" in question
    assert "plan-1 (second, 2 node hours), plan-2 (third, 2 node hours): up to 6 node hours" in question
    assert "submitted from here 0.08333 node hours of the 20 that you allow; planned 4 more." in question
    assert "Submit the job after that?" in question


async def test_the_question_names_ensembles_in_the_chain(connect: Connect) -> None:
    async with connect(answer=agree, ask_node_hours=3) as assistant:
        held = await submit(assistant, name="held")
        await plan(assistant, held["job_id"], name="sweep", ensemble="N\n1\n2\n3\n")
        await plan(assistant, "plan-1", name="third")
    (question,) = assistant.questions
    assert "In the same chain waits plan-1 (sweep, an ensemble of 3 members, 2 node hours)" in question


async def test_what_the_user_declines_is_not_planned(connect: Connect, journal: Journal) -> None:
    async with connect(answer=refuse, ask_node_hours=1) as assistant:
        held = await submit(assistant, name="held")
        refused = await assistant.call("submit_job", **HOUR, script="true", after=held["job_id"])
        assert "declined" in refused.text
    assert await journal.plans.latest(URL, limit=1) == []


async def test_what_is_planned_counts_towards_the_day(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    async with connect(answer=agree, max_node_hours_per_day=5) as assistant:
        held = await submit(assistant, name="held")
        await plan(assistant, held["job_id"])
        await plan(assistant, "plan-1")
        for more in ({"after": "plan-2"}, {}):
            refused = await assistant.call("submit_job", **HOUR, script="true", **more)
            assert "with the 4 that are planned" in refused.error["message"], more
            assert "MAX_NODE_HOURS_PER_DAY" in refused.error["message"]
        end_held(local)
        assert [job.state for job in await over_with(local, journal)] == ["submitted", "submitted"]
    assert submissions(local) == 3


async def over_with(local: LocalFacility, journal: Journal, **limits: Any) -> list[Any]:
    async with connected_runner(local, journal, **limits) as plans:
        with anyio.fail_after(30):
            while await plans.advance():  # noqa: ASYNC110 - it is a file
                await anyio.sleep(0.1)
    return await over(journal)


async def test_a_day_that_is_used_up_lets_it_wait(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    async with connect(answer=agree) as assistant:
        held = await submit(assistant, name="held")
        await plan(assistant, held["job_id"])
    end_held(local)
    async with connected_runner(local, journal, node_hours_per_day=1.0) as plans:
        (waiting,) = await plans.advance()
    assert waiting.state == "waiting"
    assert "more than 1" in (waiting.reason or "")
    assert submissions(local) == 1


async def test_an_output_that_would_now_replace_a_file_is_not_submitted(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    async with connect(answer=agree) as assistant:
        held = await submit(assistant, name="held")
        await plan(assistant, held["job_id"], stdout_path=f"{HERE}/result.txt")
    end_held(local)
    local.tree.locate(f"{HERE}/result.txt").write_text("precious")
    async with connected_runner(local, journal) as plans:
        (waiting,) = await plans.advance()
    assert "this was not so when it was planned" in (waiting.reason or "")
    assert "result.txt" in (waiting.reason or "")
    assert submissions(local) == 1


async def test_two_steps_that_write_to_one_file_are_asked_about(connect: Connect) -> None:
    async with connect(answer=agree) as assistant:
        held = await submit(assistant, name="held")
        await plan(assistant, held["job_id"], stdout_path=f"{HERE}/log.txt")
        await plan(assistant, "plan-1", stdout_path=f"{HERE}/log.txt")
    (question,) = assistant.questions
    assert f"plan-1 writes to {HERE}/log.txt as well" in question


async def test_cancelling_a_job_tells_what_waits_for_it(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    async with connect(answer=agree) as assistant:
        held = await submit(assistant, name="held")
        await plan(assistant, held["job_id"], name="second")
        await plan(assistant, "plan-1", name="third")
        await plan(assistant, held["job_id"], name="cleanup", after_state="ended")
        await assistant.do("cancel_job", job_id=held["job_id"])
        (question,) = assistant.questions
        assert "plan-1 (second, 2 node hours) waits for its success, and will be skipped" in question
        assert "plan-2 (third, 2 node hours)" in question
        assert "plan-3 (cleanup, 2 node hours) waits for its end, and will then be submitted." in question
        await assistant.do("wait_for_job", job_id=held["job_id"])
        states = [job.state for job in await over_with(local, journal)]
    assert states == ["skipped", "skipped", "submitted"]
    assert submissions(local) == 2


async def test_a_planned_job_is_canceled_with_all_behind_it(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    async with connect(answer=agree) as assistant:
        held = await submit(assistant, name="held")
        for after in (held["job_id"], "plan-1", "plan-2"):
            await plan(assistant, after)
        done = await assistant.do("cancel_job", job_id="plan-2")
        assert "plan-3" in done["next_step"]
        assert "Cancel plan-2?" in assistant.questions[-1]
        assert "Canceled with it: plan-3" in assistant.questions[-1]
        again = await assistant.call("cancel_job", job_id="plan-2")
        assert "was canceled" in again.text
        end_held(local)
        assert [job.state for job in await over_with(local, journal)] == [
            "submitted",
            "canceled",
            "canceled",
        ]
    assert submissions(local) == 2
    canceled = next(action for action in journal.actions.history(limit=9) if action.tool == "cancel_job")
    assert (canceled.kind, canceled.outcome) == ("cancel_plan", "done")


async def test_a_planned_job_that_was_submitted_is_canceled_as_the_job_that_it_is(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    async with connect(answer=agree) as assistant:
        held = await submit(assistant, name="held")
        await plan(assistant, held["job_id"], name="held-later")
        end_held(local)
        (job,) = await over_with(local, journal)
        canceled = await assistant.do("cancel_job", job_id="plan-1")
    assert canceled["job_id"] == job.job_id


async def test_what_the_scheduler_refuses_for_good_is_not_tried_again(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    async with connect(answer=agree) as assistant:
        held = await submit(assistant, name="held")
        await plan(assistant, held["job_id"], queue="nowhere", name="wrong")
        await plan(assistant, "plan-1", name="behind")
    end_held(local)
    wrong, behind = await over_with(local, journal)
    assert (wrong.state, behind.state) == ("failed", "skipped")
    assert "nowhere" in (wrong.reason or "") or "queue" in (wrong.reason or "")


async def test_another_facilitys_planned_jobs_are_left_alone(
    local: LocalFacility, connect: Connect, journal: Journal
) -> None:
    async with connect(answer=agree) as assistant:
        held = await submit(assistant, name="held")
        await plan(assistant, held["job_id"])
    end_held(local)
    await journal.store.run(lambda db: db.execute("UPDATE plans SET api_url = 'https://elsewhere/api'"))
    async with connected_runner(local, journal) as plans:
        assert await plans.advance() == []
    assert [job.state for job in await journal.plans.open("https://elsewhere/api")] == ["waiting"]
    assert submissions(local) == 1
