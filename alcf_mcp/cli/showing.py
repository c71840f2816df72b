"""How commands show times, tables and untrusted text."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console

PIPED_WIDTH = 10_000
"""Columns of a table in a pipe: no line is wrapped or cut there."""


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


def console() -> Console:
    """Stdout for tables: as wide as the terminal, and as wide as needed in a pipe."""
    from rich.console import Console  # noqa: PLC0415 - loaded where it is used

    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)


def write_content(text: str) -> None:
    """Write a file's text: unchanged into a pipe, without what a terminal would obey onto a terminal."""
    from alcf_mcp.reports.text import visible  # noqa: PLC0415 - loaded where it is used

    shown = visible(text) if sys.stdout.isatty() else text
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(shown.encode(encoding, "replace").decode(encoding))


def note(sentence: str) -> None:
    """Write a sentence beside the output, to stderr."""
    sys.stderr.write(f"{plain(sentence, 1000)}\n")
