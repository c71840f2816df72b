"""What a look at the facility shows of a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Finding:
    """What came of a change.

    Attributes:
        outcome: ``unknown`` as long as what is seen proves nothing.
        detail: what was seen, as a sentence without its full stop.
        value: what the call would have answered: the job, the entry of a path, or nothing.
        check: how a person or a model finds out, where it is unknown.
        job_id: the job that was submitted, if one was.
        is_final: nothing more can be found out by looking again.
    """

    outcome: Literal["done", "failed", "unknown"]
    detail: str
    value: Any = None
    check: str = ""
    job_id: str | None = None
    is_final: bool = False
