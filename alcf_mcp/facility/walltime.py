"""Durations and times as users write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from alcf_mcp.facility.digits import refuse_other_digits
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import parse_timestamp

_CLOCK = re.compile(r"([0-9]{1,4}):([0-5]?[0-9]):([0-5]?[0-9])")
_DAYS = re.compile(r"([0-9]{1,4})-([01]?[0-9]|2[0-3]):([0-5]?[0-9])(?::([0-5]?[0-9]))?")
_PART = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)\s*", re.IGNORECASE | re.ASCII)
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86400),
}
_FORMS = (
    "Write '00:30:00' (hours:minutes:seconds), '1-12:00:00' (days-hours:minutes:seconds), '30m', '1h30m', "
    "'2 days', or a number of seconds."
)
_TIMES = "Write 'today', 'yesterday', '2h', '3 days', or '2026-08-01T12:00:00Z'."
LONGEST = 30 * 86400


def parse_walltime(value: str | int) -> int:
    """Parse a walltime.

    Returns:
        Seconds, at least 1.

    Raises:
        InvalidCall: the form is unknown, or the walltime is zero or absurdly long.
    """
    seconds = value if isinstance(value, int) else parse_duration(value)
    if seconds < 1:
        raise InvalidCall(f"A walltime of {value!r} is too short", hint=_FORMS)
    if seconds > LONGEST:
        raise InvalidCall(f"A walltime of {value!r} is longer than any queue allows", hint=_FORMS)
    return seconds


def parse_duration(text: str) -> int:
    """Parse a duration of any length, in seconds.

    Raises:
        InvalidCall: the form is unknown.
    """
    text = text.strip()
    refuse_other_digits(text, hint=_FORMS)
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    if clock := _DAYS.fullmatch(text):  # as Slurm writes it
        days, hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return days * 86400 + hours * 3600 + minutes * 60 + seconds
    if re.fullmatch(r"[0-9]+:[0-9]+", text):
        raise InvalidCall(
            f"The walltime {text!r} is ambiguous: its first part could be minutes or hours",
            hint=f"Write 00:{text} or {text}:00. {_FORMS}",
        )
    return _sum_of_units(text)


def _sum_of_units(text: str) -> int:
    total, position = 0.0, 0
    while position < len(text):
        part = _PART.match(text, position)
        if part is None or part[2].lower() not in _UNITS or len(part[1]) > 9:
            break
        total += float(part[1]) * _UNITS[part[2].lower()]
        position = part.end()
    if not text or position < len(text):
        raise InvalidCall(f"{text!r} is not a valid walltime", hint=_FORMS)
    return round(total)


def spoken(seconds: float) -> str:
    """Format a duration for reading: ``45 s``, ``12 min``, ``1 h 30 min``, ``2 d 4 h``."""
    total = round(seconds)
    if total < 120:
        return f"{total} s"
    minutes, rest = divmod(total, 60)
    if minutes < 60:
        return f"{minutes} min" + (f" {rest} s" if rest and minutes < 10 else "")
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h" + (f" {minutes} min" if minutes else "")
    days, hours = divmod(hours, 24)
    return f"{days} d" + (f" {hours} h" if hours else "")


def parse_since(value: str, *, now: datetime | None = None) -> datetime:
    """Parse the start of a period.

    Args:
        value: ``today``, ``yesterday``, a time back from now (``2h``, ``3 days``), or ISO 8601.
        now: the current time, for tests.

    Returns:
        An aware datetime in UTC; days begin at the user's local midnight.

    Raises:
        InvalidCall: the value has none of these forms.
    """
    refuse_other_digits(value, hint=_TIMES)
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
        raise InvalidCall(f"{value!r} is not a valid time", hint=_TIMES) from None
    return here.astimezone(UTC) - back
