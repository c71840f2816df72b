"""Who is asked, what an answer covers, and what the model is told: the guard by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import anyio
import pytest
from mcp import MCPError
from mcp.server import ServerRequestContext
from mcp.server.mcpserver import (
    AcceptedElicitation,
    CancelledElicitation,
    Context,
    DeclinedElicitation,
    Elicit,
)
from mcp.types import (
    ClientCapabilities,
    ElicitationCapability,
    FormElicitationCapability,
    UrlElicitationCapability,
)
from pydantic import BaseModel

from alcf_mcp.guard import (
    Call,
    Guard,
    Outcome,
    Preview,
    Verdict,
    answer_of,
    asking,
    can_elicit,
    is_modern,
    put,
    question_failed,
)
from alcf_mcp.guard.asking import Policy
from alcf_mcp.guard.preview import Typed, Yes
from alcf_mcp.journal import Journal, approvals
from alcf_mcp.journal.approvals import SECONDS

CALL = Call("cancel_job", {"job_id": "1"}, "a client", "ada at the facility, a client")
PREVIEW = Preview("Cancel job 1?", ("job 1 is running",), remarks=("for 5 min",))
YES: AcceptedElicitation[Any] = AcceptedElicitation(data=Yes(confirm=True))


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


@pytest.mark.parametrize("policy", ["ask", "human"])
@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"answered": "accept"}, Outcome.FACTS_CHANGED),
        ({"answered": "cancel"}, Outcome.FACTS_CHANGED),
        ({"answered": "decline"}, Outcome.DECLINED),
        ({"confirmation": "0123abcd"}, Outcome.CODE_REFUSED),
    ],
)
async def test_an_answer_to_what_is_not_asked_any_more_does_nothing(
    journal: Journal, policy: Policy, given: dict[str, Any], outcome: Outcome
) -> None:
    """Else a no would be passed over, and a yes would count as often as it is repeated."""
    now = Preview("Submit?", harmless="it is cheap")
    verdict = await Guard(policy, journal).decide(
        CALL, now, **{"confirmation": None, "can_ask": True} | given
    )
    assert isinstance(verdict, Verdict)
    assert verdict.outcome is outcome


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
    now = 1e9
    monkeypatch.setattr(approvals, "time", lambda: now)
    first = (await question(guard)).message
    assert first.startswith("job 1 is running\nfor 5 min\nCancel job 1?\n(Question ")
    assert first.endswith(": your answer counts once.)")
    later = Preview(PREVIEW.question, PREVIEW.facts, remarks=("for 6 min",))
    now += SECONDS
    assert (await question(guard, later)).message == first
    now += 1
    anew = (await question(guard, later)).message
    assert "for 6 min" in anew
    assert (await question(guard, later)).message == anew, "the new question has a time limit of its own"


async def test_after_an_answer_the_next_question_differs(guard: Guard) -> None:
    first = (await question(guard)).message
    await guard.judge(CALL, YES, PREVIEW, PREVIEW)
    assert (await question(guard)).message != first


async def test_any_process_of_the_user_asks_the_same_question_and_takes_one_answer(
    guard: Guard, journal: Journal
) -> None:
    other = Guard("ask", Journal(journal.store))
    assert (await question(guard)).message == (await question(other)).message
    taken = [await one.judge(CALL, YES, PREVIEW, PREVIEW) for one in (other, guard)]
    assert [verdict.outcome for verdict in taken] == [Outcome.CONFIRMED, Outcome.ANSWER_USED]


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


@dataclass
class Connection:
    """What is known of a client's connection."""

    client_capabilities: ClientCapabilities | None
    can_send_request: bool = True


def of_client(
    version: str, capabilities: ClientCapabilities | None, *, can_send: bool = True
) -> Context[Any]:
    """A call's context, on a connection of a client with these capabilities."""
    session: Any = Connection(capabilities, can_send)
    request = ServerRequestContext(
        session=session, lifespan_context=None, protocol_version=version, method="tools/call"
    )
    return Context(request_context=request)


FORM, URL = FormElicitationCapability(), UrlElicitationCapability()
MODERN, LEGACY = "2026-07-28", "2025-11-25"


@pytest.mark.parametrize("version", [MODERN, LEGACY])
@pytest.mark.parametrize(
    ("capabilities", "can"),
    [
        (None, False),
        (ClientCapabilities(), False),
        (ClientCapabilities(elicitation=ElicitationCapability(form=FORM)), True),
        (ClientCapabilities(elicitation=ElicitationCapability(form=FORM, url=URL)), True),
        (ClientCapabilities(elicitation=ElicitationCapability(url=URL)), False),
        (ClientCapabilities(elicitation=ElicitationCapability()), True),  # as before there were urls
    ],
)
def test_only_a_client_that_shows_forms_can_ask(
    version: str, capabilities: ClientCapabilities | None, can: bool
) -> None:
    context = of_client(version, capabilities)
    assert can_elicit(context) is can
    with question_failed():
        assert not can_elicit(context), "it is not asked again"
    assert can_elicit(context) is can


def test_a_client_of_before_must_be_within_reach_for_a_question() -> None:
    """A client of 2026-07-28 answers by repeating the call."""
    shows = ClientCapabilities(elicitation=ElicitationCapability(form=FORM))
    assert can_elicit(of_client(MODERN, shows, can_send=False))
    assert not can_elicit(of_client(LEGACY, shows, can_send=False))


@pytest.mark.parametrize(("version", "modern"), [(MODERN, True), (LEGACY, False), ("", False)])
def test_what_version_answers_by_repeating_the_call(version: str, modern: bool) -> None:
    assert is_modern(of_client(version, None)) is modern


def test_outside_of_a_request_no_version_is_known() -> None:
    assert not is_modern(Context())


async def test_a_question_to_a_client_that_repeats_calls_is_left_to_the_sdk(guard: Guard) -> None:
    asked = await question(guard)
    assert await put(of_client(MODERN, None), asked) is asked


async def test_a_question_within_the_call_returns_its_answer_or_none(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, shown = await question(guard), []
    failures: list[Exception] = [MCPError(code=-1, message="no"), ValueError("no form"), TimeoutError()]

    async def elicit(self: Context[Any], message: str, schema: type[BaseModel]) -> Any:
        shown.append((message, schema))
        if len(shown) == 1:
            return YES
        raise failures[len(shown) - 2]

    monkeypatch.setattr(Context, "elicit", elicit)
    context = of_client(LEGACY, None)
    assert await put(context, asked) is YES
    assert await put(context, asked) is None
    assert await put(context, asked) is None
    with pytest.raises(TimeoutError):
        await put(context, asked)
    assert shown == [(asked.message, asked.schema)] * 4


async def test_nobody_waits_for_an_answer_for_ever(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    async def elicit(self: Context[Any], message: str, schema: type[BaseModel]) -> Any:
        await anyio.sleep_forever()

    monkeypatch.setattr(Context, "elicit", elicit)
    monkeypatch.setattr(asking, "ANSWER_SECONDS", 0.01)
    asked = await question(guard)
    with anyio.fail_after(20):
        assert await put(of_client(LEGACY, None), asked) is None
