"""Finds differences between what was done, what the journal says and what the answers said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from alcf_mcp.guard import NOTHING_SENT
from alcf_mcp.journal import Action
from alcf_mcp.journal.actions import ActionOutcome
from tests.conftest import Answered
from tests.soak.operations import Key, Performed, key_of
from tests.soak.record import Effect, Effects

Claim = Literal["done", "unknown", "not done"]

NOTHING = Effect()

_SAYS_UNKNOWN = re.compile(r"is not known|may have been carried out|continues at the facility")

_CLAIMED: dict[ActionOutcome, Claim] = {
    "done": "done",
    "refused": "not done",
    "failed": "not done",
    "unknown": "unknown",
    "sent": "unknown",
    "not confirmed": "not done",
}


def claim_of(answered: Answered) -> Claim:
    """What an answer says about the intended change."""
    if NOTHING_SENT in answered.text:
        return "not done"
    if not answered.is_error:
        return "done"
    return "unknown" if _SAYS_UNKNOWN.search(answered.text) else "not done"


def differences(performed: Iterable[Performed], actions: Iterable[Action], effects: Effects) -> Iterator[str]:
    """Report every difference.

    Args:
        performed: the operations that change something, with their answers.
        actions: the journal.
        effects: the facility's record.
    """
    asked = {one.operation.key: one.answered for one in performed}
    written: dict[Key, list[Action]] = defaultdict(list)
    for action in actions:
        written[key_of(action.tool, action.arguments)].append(action)
    for key in sorted(asked.keys() | written.keys() | effects.keys()):
        for difference in _differences(asked.get(key), written[key], effects.get(key, NOTHING)):
            yield f"{' '.join(key)}: {difference}"


def _differences(answered: Answered | None, actions: Sequence[Action], effect: Effect) -> Iterator[str]:
    happened = f"it was done {effect.done} times and failed {effect.failed} times"
    if effect.done + effect.failed > 1:
        yield f"at most once, but {happened}"
    if answered is None:
        yield "it was not requested"
        return
    claim = claim_of(answered)
    if not actions:
        if effect != NOTHING:
            yield f"the journal has no record of it, but {happened}"
        if claim == "done":
            yield f"the answer claims success, but the journal has no record of it: {answered.text[:300]}"
        return
    if len(actions) > 1:
        yield f"the journal has it {len(actions)} times"
    outcome = actions[0].outcome
    if not _agrees(outcome, effect):
        yield f"the journal says {outcome} ({actions[0].detail}), but {happened}"
    if claim != _CLAIMED[outcome]:
        yield f"the journal says {outcome}, the answer {claim}: {answered.text[:300]}"


def _agrees(outcome: ActionOutcome, effect: Effect) -> bool:
    match outcome:
        case "done":
            return effect == Effect(done=1)
        case "failed":
            return effect.done == 0
        case "unknown" | "sent":
            return True  # at most once: that holds for all
        case _:
            return effect == NOTHING
