"""The result of one check."""

from __future__ import annotations

from enum import Enum

from pydantic import BaseModel


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
    """

    name: str
    verdict: Health
    seen: str
    cure: str = ""
