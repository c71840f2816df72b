"""After a change whose answer is lost: what was meant, what an error proves, and what a look shows."""

from alcf_mcp.facility.aftermath.fate import (
    OutcomeUnknown,
    has_failed,
    is_scheduler_refusal,
    was_refused,
)
from alcf_mcp.facility.aftermath.finding import Finder
from alcf_mcp.facility.aftermath.findings import Finding
from alcf_mcp.facility.aftermath.intents import (
    CancelIntent,
    Intent,
    PathIntent,
    PlaceIntent,
    SubmitIntent,
    TaskIntent,
    UpdateIntent,
    read_intent,
)

__all__ = [
    "CancelIntent",
    "Finder",
    "Finding",
    "Intent",
    "OutcomeUnknown",
    "PathIntent",
    "PlaceIntent",
    "SubmitIntent",
    "TaskIntent",
    "UpdateIntent",
    "has_failed",
    "is_scheduler_refusal",
    "read_intent",
    "was_refused",
]
