"""Single values of the feed, each taken in several forms: they are not documented."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

LONGEST_TEXT = 2000
"""Characters of one text that are kept."""

MOST_NODES = 1_000_000
"""More than any machine has: a larger number is a mistake."""

_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{0,20})?", re.ASCII)
_CLOCK = re.compile(r"\d{1,6}(:\d{1,2}){1,3}(\.\d{1,9})?", re.ASCII)
_UNITS = (1, 60, 3600, 86400)


def first(fields: Mapping[str, Any], *names: str) -> Any:
    """Return the first of these fields that is told."""
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def text(value: Any) -> str:
    """Return a text, shortened; anything else is an empty one."""
    return value.strip()[:LONGEST_TEXT] if isinstance(value, str) else ""


def number(value: Any) -> float | None:
    """Return a finite number, which may be written as a text."""
    if isinstance(value, str):
        value = value.strip()
        return float(value) if _NUMBER.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # an integer of hundreds of digits
        return None


def seconds(value: Any) -> float | None:
    """Return a length of time: seconds, ``HH:MM:SS`` or ``D:HH:MM:SS``."""
    if isinstance(value, str) and _CLOCK.fullmatch(value.strip()):
        parts = reversed(value.strip().split(":"))
        return sum(float(part) * unit for part, unit in zip(parts, _UNITS, strict=False))
    found = number(value)
    return found if found is not None and found >= 0 else None


def moment(value: Any) -> float | None:
    """Return a time, in seconds since the epoch; it is told as such, or in ISO 8601 with a time zone."""
    found = number(value)
    if found is None and isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value.strip())
            found = parsed.timestamp() if parsed.tzinfo else None
        except (ValueError, OverflowError):
            return None
    return found if found is not None and found > 0 else None


def node_names(value: Any) -> tuple[str, ...]:
    """Return names of nodes, told as a list, or as one text that ``+`` or commas divide."""
    if isinstance(value, str):
        value = [part.strip("() ").partition(":")[0] for part in re.split(r"[+,\s]", value)]
    if not isinstance(value, list):
        return ()
    return tuple(name for name in value if isinstance(name, str) and name)


def node_count(value: Any) -> int | None:
    """Return a number of nodes."""
    told = number(value)
    return int(told) if told is not None and 0 <= told <= MOST_NODES and told == int(told) else None
