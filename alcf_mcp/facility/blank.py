"""What counts as an omitted argument: clients fill in arguments that the model did not set."""

from __future__ import annotations

from typing import Any


def is_blank(value: Any) -> bool:
    """Whether a value is blank: ``None``, text without a visible character, an empty list or object."""
    if isinstance(value, str):
        return not any(char.isprintable() and not char.isspace() for char in value)
    return value is None or (isinstance(value, list | dict) and not value)
