"""The guard's decision on a call, and what it means for the model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from alcf_mcp.guard.preview import Preview


class Outcome(Enum):
    """The outcome of a guarded call."""

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
class ApprovalPlace:
    """Where the user approves a call that their client can't ask them about.

    Attributes:
        how: how they do it, as part of a sentence.
        where: the place, for the journal.
    """

    how: str
    where: str


IN_A_TERMINAL = ApprovalPlace("by running `alcf-mcp approve` in their own terminal", "in a terminal")


@dataclass(frozen=True)
class Verdict:
    """A decision on one call.

    Args:
        outcome: only ``CONFIRMED`` allows the call.
        preview: what the decision is about.
        how: who confirmed the call, and how; for the journal.
        code: the code with which a model can repeat the call.
        place: where the user can approve it.
    """

    outcome: Outcome
    preview: Preview
    how: str = "not asked"
    code: str | None = None
    place: ApprovalPlace = IN_A_TERMINAL

    @property
    def go(self) -> bool:
        """Whether the call may be carried out."""
        return self.outcome is Outcome.CONFIRMED


NOTHING_SENT = "Nothing was sent to the facility."

_APPROVAL = "The user can approve it {approve} within 10 minutes; the same call then goes through once."

_WORDS = {
    Outcome.NOTHING_TO_DO: (
        "{settled}",
        "The user was not asked, because nothing would change.",
    ),
    Outcome.CODE_NEEDED: (
        "This call needs the user's confirmation.",
        "Show the preview to the user. Only if they agree, call {tool} again with the same arguments and "
        "confirmation='{code}' (valid once, for 10 minutes).",
    ),
    Outcome.CODE_REFUSED: (
        "The confirmation code is not valid for this call: it was already used, it has expired, or the "
        "arguments or the facts have changed.",
        "Call {tool} without confirmation for a new preview, and show that to the user.",
    ),
    Outcome.APPROVAL_NEEDED: (
        "This call needs the user's own answer, and this client can't ask for it.",
        f"Show the preview to the user. {_APPROVAL}",
    ),
    Outcome.DISMISSED: (
        "The question was dismissed; some clients do so without showing it.",
        f"Tell the user, and do not try again unless they ask you to. {_APPROVAL}",
    ),
    Outcome.FACTS_CHANGED: (
        "What the call would do changed while the user was answering.",
        "Tell the user. If they still want it, call {tool} again; they are asked again where that is needed.",
    ),
    Outcome.ANSWER_USED: (
        "This answer was already used, and each answer counts once.",
        "If the user wants the same thing again, call {tool} again; they will be asked again.",
    ),
    Outcome.DECLINED: (
        "The user declined.",
        "Accept this: do not try again unless they ask you to.",
    ),
}


def explain(verdict: Verdict, tool: str) -> tuple[str, str]:
    """Explain a verdict to the model: a sentence, and what it should do next."""
    facts = {
        "tool": tool,
        "code": verdict.code,
        "settled": verdict.preview.settled,
        "approve": verdict.place.how,
    }
    message, next_step = (words.format(**facts) for words in _WORDS[verdict.outcome])
    return f"{message} {NOTHING_SENT}", next_step
