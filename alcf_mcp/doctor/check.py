"""The result of one check."""

from __future__ import annotations

from enum import Enum

from pydantic import BaseModel, Field


class Health(Enum):
    """The verdict of a check."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


class Check(BaseModel):
    """One thing that was checked.

    Attributes:
        name: what was checked.
        verdict: ``bad`` if the server can't do its work like this.
        seen: what was found, as a sentence.
        cure: what to do, as a sentence; empty if there is nothing to do.
        private: words of ``seen`` that are the user's own, each with its placeholder in a bug report.
    """

    name: str
    verdict: Health
    seen: str
    cure: str = ""
    private: dict[str, str] = Field(default_factory=dict, exclude=True)
