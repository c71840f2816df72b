"""What the guard decided on a call, and what that means for the model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from alcf_mcp.guard.preview import Preview


class Outcome(Enum):
    """What came of a guarded call."""

    CONFIRMED = "confirmed"
    NOTHING_TO_DO = "nothing_to_do"
    CODE_NEEDED = "confirmation_required"
    CODE_REFUSED = "code_refused"
    DECLINED = "declined"
    DISMISSED = "dismissed"
    APPROVAL_NEEDED = "approval_required"
    FACTS_CHANGED = "facts_changed"
    ANSWER_USED = "answer_used"


@dataclass(frozen=True)
class Verdict:
    """A decision on one call.

    Args:
        outcome: only ``CONFIRMED`` lets the call through.
        preview: what it was decided on.
        how: who confirmed, and by what; for the journal.
        code: the code for a model to repeat the call with.
    """

    outcome: Outcome
    preview: Preview
    how: str = "not asked"
    code: str | None = None

    @property
    def go(self) -> bool:
        """Whether the call may be carried out."""
        return self.outcome is Outcome.CONFIRMED


NOTHING_SENT = "Nothing was sent to the facility."
IN_A_TERMINAL = (
    "The person can allow it by running `alcf-mcp approve` in a terminal of their own within 10 minutes; "
    "after that, the same call goes through once."
)


_WORDS = {
    Outcome.NOTHING_TO_DO: (
        "{settled}",
        "Nothing was asked, as nothing would change.",
    ),
    Outcome.CODE_NEEDED: (
        "This waits for the person's confirmation.",
        "Show the preview to the person. Only if they agree, call {tool} again with the same arguments and "
        "confirmation='{code}' (valid for 10 minutes, once).",
    ),
    Outcome.CODE_REFUSED: (
        "The confirmation code is not valid for this call: it was used, has expired, or the arguments or "
        "the facts have changed.",
        "Call {tool} without confirmation for a new preview, and show that to the person.",
    ),
    Outcome.APPROVAL_NEEDED: (
        "This needs the person's own answer, and this client can't ask them.",
        f"Show the preview to the person. {IN_A_TERMINAL}",
    ),
    Outcome.DISMISSED: (
        "The question was dismissed; some clients do so without showing it.",
        f"Tell the person, and do not try again unless they ask you to. {IN_A_TERMINAL}",
    ),
    Outcome.FACTS_CHANGED: (
        "While the person was answering, what the call would do has changed.",
        "Tell the person. If they still want it, call {tool} again: they are asked anew.",
    ),
    Outcome.ANSWER_USED: (
        "This answer was used already, and each counts once.",
        "If the same is wanted again, call {tool} again: they are asked anew.",
    ),
    Outcome.DECLINED: (
        "The person declined.",
        "Accept it: do not try again unless they ask you to.",
    ),
}


def explain(verdict: Verdict, tool: str) -> tuple[str, str]:
    """What the verdict means for the model: a sentence, and what it should do next."""
    facts = {"tool": tool, "code": verdict.code, "settled": verdict.preview.settled}
    message, next_step = (words.format(**facts) for words in _WORDS[verdict.outcome])
    return f"{message} {NOTHING_SENT}", next_step
