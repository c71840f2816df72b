"""What a model is told of a call that was not carried out."""

from __future__ import annotations

import pytest

from alcf_mcp.guard import NOTHING_SENT, Outcome, Preview, Verdict, explain


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
