"""The preview of a guarded call, as the user sees it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

LONGEST_LINE = 800
"""Characters shown of a fact; an answer is bound to the whole fact."""


@dataclass(frozen=True)
class Change:
    """Something as it is and as it would be, for a client that draws it.

    Attributes:
        what: what changes, in a word or two.
        before: what it is; empty if that is not known.
        after: what it would be; empty if nothing would be left of it.
    """

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Preview:
    """What a guarded call would do.

    Args:
        question: the question to the user, ending in a question mark.
        facts: what was found and what follows from it, one per line. An answer holds for these facts only.
        remarks: details that change by the minute, such as a running time; an answer is not bound to them.
        word: the word that the user must type if much is at stake; empty if a yes is enough.
        settled: why there is nothing to do; then the user is not asked.
        harmless: why the user is not asked when little is at stake; empty if the user is asked.
        changes: what the facts say of before and after, to be drawn; an answer is bound to the facts.
    """

    question: str
    facts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    word: str = ""
    settled: str | None = None
    harmless: str = ""
    changes: tuple[Change, ...] = ()

    def text(self) -> str:
        """The facts, then the question; a long line is shortened in the middle."""
        return "\n".join(map(_shortened, (*self.facts, *self.remarks, self.question)))

    def drawn(self, shown: Callable[[str], str]) -> dict[str, Any]:
        """The preview in parts; ``shown`` makes each text fit to show."""
        changes = [[one.what, one.before, one.after] for one in self.changes]
        return {
            "question": self.question,
            "facts": [shown(_shortened(fact)) for fact in self.facts],
            "remarks": [shown(_shortened(remark)) for remark in self.remarks],
            "changes": [[shown(_shortened(text)) for text in change] for change in changes],
        }

    def digest(self, tool: str, arguments: dict[str, Any], person: str) -> str:
        """Digest what an answer is bound to: the tool, the exact arguments, the user, and the facts shown."""
        bound = [tool, arguments, person, self.question, self.facts, self.word]
        text = json.dumps(bound, sort_keys=True, default=str, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def form(self, question: str = "") -> type[Yes] | type[Typed]:
        """The form that the user fills in, which knows the code of the question that it belongs to."""
        form = self._form()
        form.question = question
        return form

    def _form(self) -> type[Yes] | type[Typed]:
        if not self.word:
            return create_model("Yes", __base__=Yes, __doc__=Yes.__doc__)
        described = Field(description=f"Much is at stake: type {self.word} to continue")
        return create_model("Typed", __base__=Typed, typed=(str, described))


def _shortened(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    half = LONGEST_LINE // 2
    return f"{line[:half]} … {line[-half:]}"


class Yes(BaseModel):
    """A plain yes or no."""

    question: ClassVar[str] = ""

    confirm: bool = Field(description="Yes, do it")


class Typed(BaseModel):
    """A word to type."""

    question: ClassVar[str] = ""

    typed: str


def agrees(answer: object, preview: Preview) -> bool:
    """Whether a returned form contains the agreement that the preview asks for."""
    if preview.word:
        return isinstance(answer, Typed) and answer.typed.strip() == preview.word
    return isinstance(answer, Yes) and answer.confirm
