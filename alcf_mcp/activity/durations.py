"""Durations for reading, as exact as a guess about the future can be."""

from __future__ import annotations


def rough(seconds: float) -> str:
    """Format a duration: ``7 min``, ``1 h 20 min``, ``9 h``, ``2 d 4 h``; the longer, the less exact."""
    minutes = max(round(seconds / 60), 1)
    if minutes >= 60:
        minutes = round(minutes / 10) * 10
    if minutes >= 8 * 60:
        minutes = round(minutes / 60) * 60
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24) if hours >= 48 else (0, hours)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)
