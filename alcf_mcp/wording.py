"""Numbers and names in a sentence."""

from __future__ import annotations

from collections.abc import Sequence


def count(number: int, noun: str) -> str:
    """A number with its noun: ``1 job``, ``3 jobs``, ``2 entries``."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"


def in_node_hours(amount: float | str, form: str = "g") -> str:
    """An amount, as a figure or to be formatted, with its unit: ``1 node hour``, ``0.5 node hours``."""
    figure = amount if isinstance(amount, str) else format(amount, form)
    return f"{figure} node hour{'' if figure == '1' else 's'}"


def named(names: Sequence[str]) -> str:
    """Names as a sentence lists them: ``Aurora, Crux and Polaris``."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
