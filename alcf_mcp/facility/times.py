"""Moments as people name them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alcf_mcp.facility.walltime import parse_duration
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import parse_timestamp


def parse_since(value: str, *, now: datetime | None = None) -> datetime:
    """Read the beginning of a period.

    Args:
        value: ``today``, ``yesterday``, a time back from now (``2h``, ``3 days``), or ISO 8601.
        now: the present, for tests.

    Returns:
        An aware datetime in UTC; days begin at the person's own midnight.

    Raises:
        InvalidCall: it is none of these.
    """
    text = value.strip().lower()
    here = (now or datetime.now(UTC)).astimezone()
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    if text == "today":
        return midnight.astimezone(UTC)
    if text == "yesterday":
        return (midnight - timedelta(days=1)).astimezone(UTC)
    if moment := parse_timestamp(value):
        return moment
    try:
        back = timedelta(seconds=parse_duration(text.removeprefix("last").removesuffix("ago")))
    except InvalidCall:
        raise InvalidCall(
            f"{value!r} is no time",
            hint="Write 'today', 'yesterday', '2h', '3 days', or '2026-08-01T12:00:00Z'.",
        ) from None
    return here.astimezone(UTC) - back
