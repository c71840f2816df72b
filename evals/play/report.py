"""The report of a play, as JSON and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from evals.play.playing import Played


def as_json(model: str, all_played: Sequence[Played]) -> dict[str, Any]:
    """All facts."""
    return {
        "model": model,
        "passed": sum(played.passed for played in all_played),
        "conversations": [{"passed": played.passed, **asdict(played)} for played in all_played],
    }


def as_markdown(model: str, all_played: Sequence[Played]) -> str:
    """A table, and what went wrong."""
    return "\n".join(_lines(model, all_played)) + "\n"


def _lines(model: str, all_played: Sequence[Played]) -> Iterator[str]:
    passed = sum(played.passed for played in all_played)
    yield from (f"# {model}: {passed} of {len(all_played)} conversations passed", "")
    yield "| conversation | passed | calls | failed | malformed | questions | tokens in | tokens out |"
    yield "|---|---|---|---|---|---|---|---|"
    for played in all_played:
        numbers = (
            len(played.calls),
            played.failed,
            played.malformed,
            len(played.questions),
            played.input_tokens,
            played.output_tokens,
        )
        cells = (played.name, "yes" if played.passed else "no", *map(str, numbers))
        yield f"| {' | '.join(cells)} |"
    for played in all_played:
        if not played.passed:
            yield from ("", f"## {played.name}", "", *(f"- {problem}" for problem in played.problems))
            yield f"- calls: {', '.join(played.calls) or 'none'}"
            yield f"- answer: {' '.join(played.answer.split())}"
