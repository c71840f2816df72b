"""Digits that users write: only 0 to 9 count as digits, and no others are guessed at."""

from __future__ import annotations

from alcf_mcp.iri.errors import InvalidCall


def refuse_other_digits(text: str, *, hint: str) -> None:
    """Refuse digits of other scripts, full-width ones and superscripts.

    Python reads many of them as numbers; no other program that gets to see the value does.

    Raises:
        InvalidCall: there is such a digit in the text.
    """
    if any(char.isdigit() and not char.isascii() for char in text):
        raise InvalidCall(f"{text!r} contains digits other than 0 to 9", hint=hint)
