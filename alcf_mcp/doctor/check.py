"""What the doctor says of one thing."""

from __future__ import annotations

from enum import Enum

from pydantic import BaseModel


class Health(Enum):
    """How it is."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


class Check(BaseModel):
    """One thing that was looked at.

    Attributes:
        name: what it is.
        verdict: ``bad`` where the server can't do its work like this.
        seen: what was seen, as a sentence.
        cure: what to do, as a sentence; empty where nothing is to be done.
    """

    name: str
    verdict: Health
    seen: str
    cure: str = ""
