"""How commands show times and untrusted text, without the tools' own helpers, which load the MCP SDK."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel


def clock_of(seconds: float) -> str:
    """Format seconds since 1970 as a time in UTC, to the minute."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def plain(value: object, limit: int = 500) -> str:
    """Format a value on one line, without control characters that a terminal would obey."""
    line = "".join(character if character.isprintable() else "?" for character in str(value))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def write_json(facts: BaseModel) -> None:
    """Write a model as one JSON object, on one line of stdout."""
    sys.stdout.write(json.dumps(facts.model_dump(mode="json", exclude_none=True)) + "\n")
