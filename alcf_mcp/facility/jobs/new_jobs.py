"""Jobs that were submitted a moment ago: the facility may not know them yet, although it accepted them."""

from __future__ import annotations

from datetime import UTC, datetime

from alcf_mcp.journal import SubmittedJob

KNOWN_WITHIN = 30.0
"""Seconds after its submission until a job that the facility does not know counts as unknown: its lists may
leave a new job out (ALCF's deployment of the API, 2026-08)."""


def new_for(record: SubmittedJob | None, *, now: datetime | None = None) -> float:
    """Seconds for which the facility may still not know a job; 0 for one that was not submitted from here."""
    if record is None:
        return 0.0
    age = ((now or datetime.now(UTC)) - record.submitted_at).total_seconds()
    return max(0.0, KNOWN_WITHIN - age) if age >= 0 else 0.0
