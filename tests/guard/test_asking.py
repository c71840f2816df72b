"""Who is asked, what an answer covers, and what the model is told: the guard by itself."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import pytest
from mcp.server.mcpserver import AcceptedElicitation, CancelledElicitation, DeclinedElicitation, Elicit
from pydantic import BaseModel

from alcf_mcp.guard import Call, Guard, Outcome, Preview, Verdict, answer_of, asking, explain
from alcf_mcp.guard.asking import Policy
from alcf_mcp.guard.preview import LONGEST_LINE, Typed, Yes, agrees
from alcf_mcp.guard.verdict import NOTHING_SENT
from alcf_mcp.journal import Journal
from alcf_mcp.journal.approvals import SECONDS

CALL = Call("cancel_job", {"job_id": "1"}, "a client", "ada at the facility, a client")
PREVIEW = Preview("Cancel job 1?", ("job 1 is running",), remarks=("for 5 min",))
YES = AcceptedElicitation(data=Yes(confirm=True))


@pytest.fixture
def guard(journal: Journal) -> Guard:
    return Guard("ask", journal)


async def decided(guard: Guard, preview: Preview = PREVIEW, code: str | None = None, **how: Any) -> Verdict:
    """The guard's verdict on a call of a client that can't ask, unless told otherwise."""
    verdict = await guard.decide(CALL, preview, code, **({"can_ask": False} | how))
    assert isinstance(verdict, Verdict)
    return verdict


async def question(guard: Guard, preview: Preview = PREVIEW, call: Call = CALL) -> Elicit[Any]:
    """The question that a client which can ask shows its user."""
    asked = await guard.decide(call, preview, None, can_ask=True)
    assert isinstance(asked, Elicit)
    return asked


@pytest.mark.parametrize("policy", ["ask", "human", "off"])
@pytest.mark.parametrize(
    ("preview", "outcome", "how"),
    [
        (Preview("Cancel?", settled="The job has ended."), Outcome.NOTHING_TO_DO, "not asked"),
        (Preview("Submit?", harmless="it is cheap"), Outcome.CONFIRMED, "not asked: it is cheap"),
    ],
)
async def test_nobody_is_asked_about_what_changes_nothing_or_matters_little(
    journal: Journal, policy: Policy, preview: Preview, outcome: Outcome, how: str
) -> None:
    verdict = await decided(Guard(policy, journal), preview, can_ask=True)
    assert (verdict.outcome, verdict.how, verdict.preview) == (outcome, how, preview)
    assert verdict.go == (outcome is Outcome.CONFIRMED)


async def test_who_switched_confirmation_off_is_not_asked(journal: Journal) -> None:
    verdict = await decided(Guard("off", journal), can_ask=True)
    assert (verdict.go, verdict.how) == (True, "not asked: ALCF_MCP_CONFIRM is off")
    assert verdict.preview == PREVIEW


async def test_a_client_that_can_t_ask_gets_a_code_that_counts_once_for_this_call(guard: Guard) -> None:
    needed = await decided(guard)
    assert (needed.outcome, needed.preview, needed.how) == (Outcome.CODE_NEEDED, PREVIEW, "not asked")
    assert needed.code
    changed = Preview(PREVIEW.question, ("job 1 is queued",))
    assert (await decided(guard, changed, needed.code)).outcome is Outcome.CODE_REFUSED
    agreed = await decided(guard, code=needed.code)
    assert (agreed.outcome, agreed.how, agreed.preview) == (
        Outcome.CONFIRMED,
        "code of the preview",
        PREVIEW,
    )
    again = await decided(guard, code=needed.code)
    assert (again.outcome, again.preview, again.go) == (Outcome.CODE_REFUSED, PREVIEW, False)


async def test_where_only_a_person_counts_a_call_waits_in_the_terminal(journal: Journal) -> None:
    guard = Guard("human", journal)
    waits = await decided(guard)
    assert (waits.outcome, waits.preview, waits.code) == (Outcome.APPROVAL_NEEDED, PREVIEW, None)
    (waiting,) = journal.approvals.waiting()
    assert (waiting.tool, waiting.client, waiting.preview) == ("cancel_job", "a client", PREVIEW.text())
    assert (await decided(guard, code=waiting.code)).outcome is Outcome.APPROVAL_NEEDED, "no code counts"
    assert journal.approvals.approve(waiting.code)
    approved = await decided(guard)
    assert (approved.outcome, approved.how) == (Outcome.CONFIRMED, "approved in a terminal")
    assert approved.preview == PREVIEW
    assert (await decided(guard)).outcome is Outcome.APPROVAL_NEEDED, "an approval counts once"


async def test_a_question_stays_the_same_while_its_answer_is_on_the_way(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(asking, "monotonic", lambda: now)
    first = (await question(guard)).message
    assert first.startswith("job 1 is running\nfor 5 min\nCancel job 1?\n(Question ")
    assert first.endswith(": your answer counts once.)")
    later = Preview(PREVIEW.question, PREVIEW.facts, remarks=("for 6 min",))
    now = SECONDS
    assert (await question(guard, later)).message == first
    now = SECONDS + 1
    anew = (await question(guard, later)).message
    assert "for 6 min" in anew
    assert (await question(guard, later)).message == anew, "the new question has a time limit of its own"


async def test_after_an_answer_the_next_question_differs(guard: Guard) -> None:
    first = (await question(guard)).message
    await guard.judge(CALL, YES, PREVIEW, PREVIEW)
    assert (await question(guard)).message != first


async def test_the_latest_hundred_questions_are_remembered(guard: Guard) -> None:
    calls = [Call("cancel_job", {"job_id": str(n)}, "c", "ada") for n in range(101)]
    texts = [(await question(guard, call=call)).message for call in calls[:100]]
    assert (await question(guard, call=calls[0])).message == texts[0], "which makes it the latest"
    await question(guard, call=calls[100])
    assert (await question(guard, call=calls[0])).message == texts[0]
    assert (await question(guard, call=calls[2])).message == texts[2]
    assert (await question(guard, call=calls[1])).message != texts[1]


@pytest.mark.parametrize(
    ("answer", "now", "outcome"),
    [
        (YES, PREVIEW, Outcome.CONFIRMED),
        (AcceptedElicitation(data=Yes(confirm=False)), PREVIEW, Outcome.DECLINED),
        (AcceptedElicitation(data=Typed(typed="yes")), PREVIEW, Outcome.DECLINED),
        (DeclinedElicitation(), PREVIEW, Outcome.DECLINED),
        (CancelledElicitation(), PREVIEW, Outcome.DISMISSED),
        (YES, Preview(PREVIEW.question, settled="It has ended."), Outcome.NOTHING_TO_DO),
        (YES, Preview(PREVIEW.question, ("job 1 is queued",)), Outcome.FACTS_CHANGED),
    ],
)
async def test_what_an_answer_leads_to(guard: Guard, answer: Any, now: Preview, outcome: Outcome) -> None:
    await question(guard)
    verdict = await guard.judge(CALL, answer, PREVIEW, now)
    assert verdict.outcome is outcome
    concerned = now if outcome in (Outcome.NOTHING_TO_DO, Outcome.FACTS_CHANGED) else PREVIEW
    assert verdict.preview is concerned
    assert verdict.how == ("answered in the client" if verdict.go else "not asked")


async def test_an_answer_without_a_question_or_given_twice_does_nothing(guard: Guard) -> None:
    unasked = await guard.judge(CALL, YES, PREVIEW, PREVIEW)
    assert (unasked.outcome, unasked.preview) == (Outcome.ANSWER_USED, PREVIEW)
    await question(guard)
    assert (await guard.judge(CALL, YES, PREVIEW, PREVIEW)).go
    assert (await guard.judge(CALL, YES, PREVIEW, PREVIEW)).outcome is Outcome.ANSWER_USED


async def test_a_dismissed_question_waits_in_the_terminal(guard: Guard, journal: Journal) -> None:
    await question(guard)
    await guard.judge(CALL, CancelledElicitation(), PREVIEW, PREVIEW)
    (waiting,) = journal.approvals.waiting()
    assert (waiting.tool, waiting.preview) == ("cancel_job", PREVIEW.text())


async def test_a_verdict_needs_no_answer(guard: Guard) -> None:
    known = Verdict(Outcome.CONFIRMED, PREVIEW, "approved in a terminal")
    answered: AcceptedElicitation[Any] = AcceptedElicitation.model_construct(data=known)
    assert await guard.judge(CALL, answered, PREVIEW, PREVIEW) is known


@pytest.mark.parametrize("inner", [YES, DeclinedElicitation(), CancelledElicitation()])
def test_an_answer_counts_however_it_was_asked_for(inner: Any) -> None:
    within: AcceptedElicitation[Any] = AcceptedElicitation.model_construct(data=inner)
    assert answer_of(within) is inner
    assert answer_of(inner) is inner


def test_an_answer_is_bound_to_every_fact_the_arguments_and_the_user() -> None:
    bound = PREVIEW.digest("cancel_job", {"a": 1, "b": PurePath("é")}, "ada")
    assert bound == PREVIEW.digest("cancel_job", {"b": PurePath("é"), "a": 1}, "ada")
    others = [
        PREVIEW.digest("update_job", {"a": 1, "b": PurePath("é")}, "ada"),
        PREVIEW.digest("cancel_job", {"a": 1, "b": PurePath("e")}, "ada"),
        PREVIEW.digest("cancel_job", {"a": 1, "b": PurePath("é")}, "bob"),
        Preview("Cancel job 2?", PREVIEW.facts).digest("cancel_job", {"a": 1, "b": PurePath("é")}, "ada"),
        Preview(PREVIEW.question, PREVIEW.facts, word="1").digest(
            "cancel_job", {"a": 1, "b": PurePath("é")}, "ada"
        ),
    ]
    assert len({bound, *others}) == 6
    assert CALL.digest(PREVIEW) == PREVIEW.digest(CALL.tool, CALL.arguments, CALL.person)


def test_a_long_line_keeps_its_beginning_and_its_end() -> None:
    whole, longer = "a" * LONGEST_LINE, "a" * LONGEST_LINE + "b" * LONGEST_LINE
    assert Preview("Go?", (whole,)).text() == f"{whole}\nGo?"
    half = LONGEST_LINE // 2
    assert Preview("Go?", (longer,)).text() == f"{'a' * half} … {'b' * half}\nGo?"


def test_the_form_asks_for_a_yes_or_for_the_word() -> None:
    assert PREVIEW.form() is Yes
    described = Preview("Remove?", word="1000 files").form().model_json_schema()
    assert described["title"] == "Typed"
    assert described["required"] == ["typed"]
    assert described["properties"]["typed"] == {
        "title": "Typed",
        "type": "string",
        "description": "Much is at stake: type 1000 files to continue",
    }


@pytest.mark.parametrize(
    ("answer", "word", "agreed"),
    [
        (Yes(confirm=True), "", True),
        (Yes(confirm=False), "", False),
        (Typed(typed="777"), "", False),
        (Typed(typed=" 777\n"), "777", True),
        (Typed(typed="77"), "777", False),
        (Yes(confirm=True), "777", False),
        (None, "", False),
    ],
)
def test_only_what_was_asked_for_is_an_agreement(answer: BaseModel | None, word: str, agreed: bool) -> None:
    assert agrees(answer, Preview("Go?", word=word)) is agreed


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.CONFIRMED])
def test_every_refusal_says_that_nothing_was_sent_and_what_to_do_next(outcome: Outcome) -> None:
    verdict = Verdict(outcome, Preview("Go?", settled="It has ended."), code="c0de")
    message, next_step = explain(verdict, "cancel_job")
    assert message.endswith(NOTHING_SENT)
    assert not verdict.go
    assert ("It has ended." in message) == (outcome is Outcome.NOTHING_TO_DO)
    assert ("'c0de'" in next_step) == (outcome is Outcome.CODE_NEEDED)
    calls_again = {Outcome.CODE_NEEDED, Outcome.CODE_REFUSED, Outcome.FACTS_CHANGED, Outcome.ANSWER_USED}
    assert ("call cancel_job" in next_step.casefold()) == (outcome in calls_again)
