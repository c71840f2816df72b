"""How commands show times and what others wrote; without the tools' own, which load the MCP SDK."""

from __future__ import annotations

from datetime import UTC, datetime


def clock_of(seconds: float) -> str:
    """Seconds since 1970, to the minute, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def plain(value: object, limit: int = 500) -> str:
    """A value on one line, without control characters that a terminal would obey."""
    line = "".join(character if character.isprintable() else "?" for character in str(value))
    return line if len(line) <= limit else line[: limit - 1] + "…"
