"""Everyday sentences, and the tool that each is for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

SENTENCES = Path(__file__).with_name("sentences.toml")
HELD_OUT_EVERY = 3


@dataclass(frozen=True)
class Sentence:
    """What a user says."""

    text: str
    tool: str
    held_out: bool


def sentences(path: Path = SENTENCES) -> list[Sentence]:
    """All sentences; of each tool's, every third is held out of the tuning of descriptions."""
    by_tool: dict[str, list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        Sentence(text, tool, held_out=number % HELD_OUT_EVERY == 0)
        for tool, texts in by_tool.items()
        for number, text in enumerate(texts, 1)
    ]
