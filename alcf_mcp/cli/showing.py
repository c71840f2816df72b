"""How commands show times and what others wrote; without the tools' own, which load the MCP SDK."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel


def clock_of(seconds: float) -> str:
    """Seconds since 1970, to the minute, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def plain(value: object, limit: int = 500) -> str:
    """A value on one line, without control characters that a terminal would obey."""
    line = "".join(character if character.isprintable() else "?" for character in str(value))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def write_json(facts: BaseModel) -> None:
    """Write what is known as one JSON object, on one line of stdout."""
    sys.stdout.write(json.dumps(facts.model_dump(mode="json", exclude_none=True)) + "\n")
