"""What the user is shown, and that forged answers are worth nothing."""

from pathlib import Path
from typing import Any

import pytest
from mcp.types import ElicitResult

from alcf_mcp.guard import Preview
from alcf_mcp.journal import Journal
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import CANCEL, DECLINE, YES, Connect, Era, Reply, agree
from tests.guard.test_matrix import COSTLY, HERE, sent

CHEAP = COSTLY | {"nodes": 1, "walltime": "5m", "directory": "/eagle/LocalDemo"}
CHMOD: dict[str, Any] = {"path": "/eagle/LocalDemo", "mode": "700"}


def test_remarks_do_not_bind_an_answer_but_facts_do() -> None:
    one = Preview("Cancel?", ("job 1, running",), remarks=("for 5 min",))
    later = Preview("Cancel?", ("job 1, running",), remarks=("for 6 min",))
    other = Preview("Cancel?", ("job 1, queued",))
    assert one.digest("t", {}, "me") == later.digest("t", {}, "me")
    assert one.digest("t", {}, "me") != other.digest("t", {}, "me")
    assert one.digest("t", {"a": 1}, "me") != one.digest("t", {"a": 2}, "me")
    assert one.digest("t", {}, "me") != one.digest("t", {}, "you")


async def test_a_costly_job_tells_what_it_costs_and_what_is_left(connect: Connect) -> None:
    async with connect(answer=agree) as assistant:
        await assistant.do("make_directory", path=HERE)
        await assistant.do("submit_job", **COSTLY)
    (question,) = assistant.questions
    assert "8 nodes × 10 h = up to 80 node hours, charged to LocalDemo" in question
    assert "LocalDemo has 1,000 node hours left on Polaris" in question


async def test_a_cheap_job_and_a_dry_run_ask_nobody(connect: Connect) -> None:
    async with connect(answer=YES) as assistant:
        await assistant.do("make_directory", path=HERE)
        await assistant.do("submit_job", **(COSTLY | {"nodes": 1, "walltime": "8h"}))
        await assistant.do("submit_job", **COSTLY, dry_run=True)
        assert assistant.questions == []


@pytest.mark.parametrize(
    ("answer", "outcome"), [(agree, "facts_changed"), (DECLINE, "declined"), (CANCEL, "facts_changed")]
)
async def test_what_needs_no_answer_any_more_is_not_done_on_an_answer(
    connect: Connect, local: LocalFacility, era: Era, answer: Reply, outcome: str
) -> None:
    """It was asked because the facility could not say what would be replaced; then it could."""

    def later(question: str, form: dict[str, Any]) -> ElicitResult:
        local.faults.clear()
        return answer(question, form) if callable(answer) else answer

    local.faults.add(Fault(path="/filesystem/", status=501, body={"detail": "not here"}, times=None))
    async with connect(era=era, answer=later) as assistant:
        answered = await assistant.call("submit_job", **CHEAP, stdout_path="/eagle/LocalDemo/out.txt")
        assert len(assistant.questions) == 1
        assert answered.facts["outcome"] == ("dismissed" if (era, answer) == ("legacy", CANCEL) else outcome)
        assert (await assistant.do("list_jobs", include_finished=True))["jobs"] == []


async def test_a_job_update_shows_what_it_becomes(connect: Connect) -> None:
    async with connect(answer=agree) as assistant:
        await assistant.do("make_directory", path=HERE)
        held = COSTLY | {"nodes": 2, "walltime": "1h", "name": "held"}
        job_id = (await assistant.do("submit_job", **held))["job_id"]
        await assistant.do("update_job", job_id=job_id, nodes=4, name="bigger")
    (question,) = assistant.questions
    assert "2 nodes" in question
    assert "node_count 4" in question
    assert "name bigger" in question


@pytest.mark.parametrize(("answer", "done"), [("777", True), ("yes", False), ("", False)])
async def test_where_much_is_at_stake_a_word_is_typed(
    connect: Connect, local: LocalFacility, era: Era, answer: str, done: bool
) -> None:
    def type_it(question: str, form: dict[str, Any]) -> ElicitResult:
        assert "type 777" in form["properties"]["typed"]["description"]
        return ElicitResult(action="accept", content={"typed": answer})

    async with connect(era=era, answer=type_it) as assistant:
        await assistant.call("chmod", path="/eagle/LocalDemo", mode="777")
        assert "Everyone at the facility could then write to it." in assistant.questions[0]
    assert sent(local) == done


@pytest.mark.parametrize("content", [None, {}, {"confirm": "perhaps"}, {"typed": "700"}, {"confirm": None}])
async def test_a_forged_answer_sends_nothing(
    connect: Connect, local: LocalFacility, era: Era, content: dict[str, Any] | None
) -> None:
    async with connect(era=era, answer=ElicitResult(action="accept", content=content)) as assistant:
        answered = await assistant.call("chmod", **CHMOD)
        assert answered.facts["outcome"] == "confirmation_required"
        assert "Nothing was sent" in answered.text
        assert "Resolver" not in answered.text
    assert sent(local) == 0


async def test_an_answer_that_nobody_asked_for_sends_nothing(connect: Connect, local: LocalFacility) -> None:
    async with connect(answer=CANCEL) as assistant:
        key = "alcf_mcp.tools.guarding:ask_chmod"
        result = await assistant.client.session.call_tool(
            "chmod", CHMOD, input_responses={key: YES}, allow_input_required=True
        )
        assert "input_required" in result.model_dump_json(by_alias=True)
    assert sent(local) == 0


async def test_a_code_is_not_worth_anything_for_another_client(
    connect: Connect, local: LocalFacility, journal: Journal
) -> None:
    async with connect(client_name="one") as one, connect(client_name="two") as two:
        code = (await one.do("chmod", **CHMOD))["confirmation"]
        assert (await two.do("chmod", **CHMOD, confirmation=code))["outcome"] == "code_refused"
    assert sent(local) == 0
    async with connect(client_name="one") as restarted:
        await restarted.do("chmod", **CHMOD, confirmation=code)
    assert sent(local) == 1


async def test_a_dismissed_question_can_be_approved_in_a_terminal(
    connect: Connect, local: LocalFacility, era: Era, journal: Journal
) -> None:
    async with connect(era=era, answer=CANCEL) as assistant:
        answered = await assistant.call("chmod", **CHMOD)
        assert answered.facts["outcome"] == "dismissed"
        assert "alcf-mcp approve" in answered.text
        assert "confirmation" not in answered.facts
        (waiting,) = journal.approvals.waiting()
        assert journal.approvals.approve(waiting.code)
        await assistant.do("chmod", **CHMOD)
        assert len(assistant.questions) == 1
    assert sent(local) == 1


@pytest.mark.parametrize(
    ("settings", "tool", "outcome", "confirmed"),
    [
        ({"answer": agree}, "chmod", "done", "answered in the client"),
        ({"confirm": "off"}, "chmod", "done", "not asked: ALCF_MCP_CONFIRM is off"),
        ({"answer": CANCEL}, "chmod", "not confirmed", "dismissed"),
        ({}, "make_directory", "done", "not asked"),
    ],
)
async def test_the_journal_tells_who_confirmed_and_what_came_of_it(
    connect: Connect, journal: Journal, settings: dict[str, Any], tool: str, outcome: str, confirmed: str
) -> None:
    call = CHMOD if tool == "chmod" else {"path": "/eagle/LocalDemo/new"}
    async with connect(client_name="tester", **settings) as assistant:
        await assistant.call(tool, **call)
    (action,) = journal.actions.history(limit=5)
    assert (action.tool, action.outcome, action.confirmed, action.client) == (
        tool,
        outcome,
        confirmed,
        "tester",
    )
    assert call.items() <= action.arguments.items()
    if tool == "chmod":
        assert action.shown is not None
        assert "(700)" in action.shown
    if outcome == "done":
        assert action.task_id


async def test_a_journal_that_cant_be_written_stops_changes_not_reads(
    connect: Connect, local: LocalFacility, tmp_path: Path
) -> None:
    (tmp_path / "blocked").write_text("a file where the state directory should be")
    async with connect(state_dir=tmp_path / "blocked", confirm="off") as assistant:
        await assistant.do("list_directory", path="/eagle/LocalDemo")
        await assistant.do("list_jobs")
        for tool, call in (("chmod", CHMOD), ("make_directory", {"path": f"{HERE}"})):
            answered = await assistant.call(tool, **call)
            assert "journal" in answered.error["message"]
            assert "ALCF_MCP_STATE_DIR" in answered.error["next_step"]
    assert sent(local) == 0
    assert local.faults.count("POST", "mkdir") == 0


async def test_the_persons_policy_and_limits_are_told(connect: Connect) -> None:
    async with connect(confirm="human", max_nodes=2, allowed_paths="/home/ada") as assistant:
        answered = await assistant.call("auth_status")
    assert answered.facts["confirm"] == "human"
    assert answered.facts["limits"]["max_nodes"] == "2"
    assert "/home/ada" in answered.text
