"""Tell once what most rows of a list have in common: a list is read by models that pay by the word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from alcf_mcp.reports.facts import Facts

Row = TypeVar("Row", bound=Facts)
Terms = TypeVar("Terms", bound=Facts)


def told_once(rows: Sequence[Row], terms: type[Terms]) -> tuple[Terms | None, list[Row]]:
    """What most rows have in common, and the rows without it; ``None`` if that is nothing."""
    usual = _usual_in(rows, list(terms.model_fields))
    return (terms(**usual) if usual else None), [_without(row, usual) for row in rows]


def _usual_in(rows: Sequence[Facts], names: Sequence[str]) -> dict[str, Any]:
    """The values that most rows have, by the names of their fields.

    A field that any row leaves out has no usual value: that row would seem to have it.
    """
    usual = {}
    for name in names:
        counted = Counter(getattr(row, name) for row in rows)
        value, times = counted.most_common(1)[0] if counted else (None, 0)
        if None not in counted and times > max(1, len(rows) / 2):
            usual[name] = value
    return usual


def _without(row: Row, usual: Mapping[str, Any]) -> Row:
    """A row without the values that are the usual ones."""
    return row.model_copy(update={name: None for name, value in usual.items() if getattr(row, name) == value})


def with_usual(row: Row, usual: Mapping[str, Any]) -> Row:
    """A row with the usual values where it has none of its own."""
    return row.model_copy(update={name: value for name, value in usual.items() if getattr(row, name) is None})
