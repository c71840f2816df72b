"""What a guarded call would do, as it is put before a person."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, create_model

LONGEST_LINE = 800
"""Characters of a fact that are shown; an answer is bound to all of it."""


@dataclass(frozen=True)
class Preview:
    """What a guarded call would do.

    Args:
        question: what the person is asked, ending in a question mark.
        facts: what was seen and what follows, a line each. An answer counts for these facts alone.
        remarks: what changes by the minute, such as a running time; an answer is not bound to it.
        word: what the person has to type where much is at stake; empty where a yes does.
        settled: why there is nothing to do; then nobody is asked.
        harmless: why nobody is asked, where so little is at stake; empty where a person is.
    """

    question: str
    facts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    word: str = ""
    settled: str | None = None
    harmless: str = ""

    def text(self) -> str:
        """The question below the facts; of a long line, both ends are shown."""
        return "\n".join(map(_shortened, (*self.facts, *self.remarks, self.question)))

    def digest(self, tool: str, arguments: dict[str, Any], person: str) -> str:
        """What an answer is bound to: the tool, the exact arguments, the person, and the facts shown."""
        bound = [tool, arguments, person, self.question, self.facts, self.word]
        text = json.dumps(bound, sort_keys=True, default=str, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def form(self) -> type[BaseModel]:
        """The form that the person fills in."""
        if not self.word:
            return Yes
        described = Field(description=f"Much is at stake: type {self.word} to go on")
        return create_model("Typed", __base__=Typed, typed=(str, described))


def _shortened(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    half = LONGEST_LINE // 2
    return f"{line[:half]} … {line[-half:]}"


class Yes(BaseModel):
    """A plain yes or no."""

    confirm: bool = Field(description="Yes, do it")


class Typed(BaseModel):
    """A word that the person types."""

    typed: str


def agrees(answer: object, preview: Preview) -> bool:
    """Whether a form that came back says what the preview asks for."""
    if preview.word:
        return isinstance(answer, Typed) and answer.typed.strip() == preview.word
    return isinstance(answer, Yes) and answer.confirm
