"""Finds differences between what was done, what the journal says and what the answers said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from alcf_mcp.guard import NOTHING_SENT
from alcf_mcp.journal import Action
from alcf_mcp.journal.actions import ActionOutcome
from tests.conftest import Answered
from tests.soak.operations import Key, Performed, key_of
from tests.soak.record import Effect, Effects

Claim = Literal["done", "unknown", "not done", "lost"]
"""What an answer says about the intended change; ``lost`` is an answer that did not arrive."""

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


@dataclass(frozen=True)
class Told:
    """What a client was told of an operation."""

    claim: Claim
    text: str = ""


def differences(performed: Iterable[Performed], actions: Iterable[Action], effects: Effects) -> Iterator[str]:
    """Report every difference.

    Args:
        performed: the operations that change something, with their answers.
        actions: the journal.
        effects: the facility's record.
    """
    told = {one.operation.key: Told(claim_of(one.answered), one.answered.text) for one in performed}
    yield from differences_from(told, actions, effects)


def differences_from(told: Mapping[Key, Told], actions: Iterable[Action], effects: Effects) -> Iterator[str]:
    """Report every difference.

    Args:
        told: what the client was told of the operations that change something.
        actions: the journal.
        effects: the facility's record.
    """
    written: dict[Key, list[Action]] = defaultdict(list)
    for action in actions:
        written[key_of(action.tool, action.arguments)].append(action)
    for key in sorted(told.keys() | written.keys() | effects.keys()):
        for difference in _differences(told.get(key), written[key], effects.get(key, NOTHING)):
            yield f"{' '.join(key)}: {difference}"


def _differences(told: Told | None, actions: Sequence[Action], effect: Effect) -> Iterator[str]:
    happened = f"it was done {effect.done} times and failed {effect.failed} times"
    if effect.done + effect.failed > 1:
        yield f"at most once, but {happened}"
    if told is None:
        yield "it was not requested"
        return
    if not actions:
        if effect != NOTHING:
            yield f"the journal has no record of it, but {happened}"
        if told.claim == "done":
            yield f"the answer claims success, but the journal has no record of it: {told.text[:300]}"
        return
    if len(actions) > 1:
        yield f"the journal has it {len(actions)} times"
    outcome = actions[0].outcome
    if not _agrees(outcome, effect):
        yield f"the journal says {outcome} ({actions[0].detail}), but {happened}"
    if told.claim not in (_CLAIMED[outcome], "lost"):
        yield f"the journal says {outcome}, the answer {told.claim}: {told.text[:300]}"


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
