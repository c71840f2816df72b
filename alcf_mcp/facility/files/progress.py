"""Progress bars in text: with a carriage return, each state overwrites the one before it."""

from __future__ import annotations

import re

LINE = re.compile(r"[^\n]*\n|[^\n]+")
"""A line with its end; unlike ``splitlines()``, it does not end at a form feed or U+2028."""


def last_state(line: str) -> tuple[int, str, int]:
    """What a terminal shows of a line in the end, roughly: the last state that is not blank.

    Args:
        line: a line without its line feed; a carriage return before that is part of the line's end.

    Returns:
        Where in the line that state begins, the state, and how many other states are left out.
    """
    states = line.rstrip("\r").split("\r")
    if len(states) == 1:
        return 0, line, 0
    others = [number for number, state in enumerate(states) if state.strip()]
    last = others.pop() if others else len(states) - 1
    return sum(len(state) + 1 for state in states[:last]), states[last], len(others)


def last_states(text: str) -> tuple[str, int]:
    """A text with the last state of every line, and how many states are left out."""
    kept, left_out = [], 0
    for line in LINE.findall(text):
        _, state, others = last_state(line.removesuffix("\n"))
        kept.append(state + ("\n" if line.endswith("\n") else ""))
        left_out += others
    return "".join(kept), left_out
