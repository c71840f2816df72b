"""What ALCF's status service records as incidents: its own looks at a resource.

Every look that finds a new status is an incident named `<Resource> activity fetch`, begun and ended within
seconds. One event of it says what the look saw, such as `Polaris: maintenance with expected end on August 25,
2026 at 10:00 PM UTC.` (its deployment of the API, 2026-04).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from alcf_mcp.iri.models import Event, Incident, parse_timestamp

LONGEST_LOOK = timedelta(minutes=1)
"""A look gives up after 15 s; no outage or maintenance is over as soon as this."""

_LOOK = re.compile(r"\bactivity(?:\.json\b|[ _-](?:fetch|check|poll|look|scan|update)\w*\b)", re.IGNORECASE)
_EXPECTED_END = re.compile(
    r"\bexpected\s+(?:end|return|completion|back|until)\b(?:\s+(?:time|date|is|of|on|at|by))*\s*:?\s*"
    r"(?P<when>[^.;]*\w)",
    re.IGNORECASE,
)
_FORMATS = ("%B %d, %Y at %I:%M %p", "%b %d, %Y at %I:%M %p", "%B %d, %Y", "%b %d, %Y")
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""The feed behind the looks gives 0, which is 1970, where no end is known."""


def is_look(incident: Incident) -> bool:
    """Whether an incident is only a look at the status of a resource."""
    if incident.start is None or incident.end is None or incident.end - incident.start > LONGEST_LOOK:
        return False
    return bool(_LOOK.search(incident.name.replace("_", " ")) or _LOOK.search(incident.description))


def what_was_seen(event: Event, resource: str) -> str:
    """What an event says of a resource, without the resource's name in front and the full stop."""
    said = (event.description or event.name).strip()
    return re.sub(rf"^{re.escape(resource)}\s*:\s*", "", said, flags=re.IGNORECASE).rstrip(". ")


def expected_end(text: str) -> datetime | None:
    """The time by which a text expects something to end; ``None`` if it gives none that can be read."""
    found = _EXPECTED_END.search(text)
    if found is None:
        return None
    when = re.sub(r"\s*\b(?:UTC|GMT|Z)$", "", found["when"], flags=re.IGNORECASE)
    moment = parse_timestamp(when) or next(filter(None, (_parsed(when, form) for form in _FORMATS)), None)
    return moment if moment and moment >= _EARLIEST else None


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None
