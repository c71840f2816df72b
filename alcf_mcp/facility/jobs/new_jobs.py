"""Jobs that were submitted a moment ago: the facility may not know them yet, although it accepted them."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

from alcf_mcp.journal import SubmittedJob

KNOWN_WITHIN = 30.0
"""Seconds after its submission until a job that the facility does not know counts as unknown: its lists may
leave a new job out (ALCF's deployment of the API, 2026-08)."""


_MADE_UP = re.compile(r"alcf-mcp-[0-9a-f]{8}")


def made_up_name() -> str:
    """A name for a job that has none, unlike that of any other job."""
    return f"alcf-mcp-{secrets.token_hex(4)}"


def is_made_up(name: str | None) -> bool:
    """Whether a job's name was made up for it."""
    return bool(name and _MADE_UP.fullmatch(name))


def new_for(record: SubmittedJob | None, *, now: datetime | None = None) -> float:
    """Seconds for which the facility may still not know a job; 0 for one that was not submitted from here."""
    if record is None:
        return 0.0
    age = ((now or datetime.now(UTC)) - record.submitted_at).total_seconds()
    return max(0.0, KNOWN_WITHIN - age) if age >= 0 else 0.0
