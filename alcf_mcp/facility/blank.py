"""What counts as not given: clients fill in arguments that nobody named."""

from __future__ import annotations

from typing import Any


def is_blank(value: Any) -> bool:
    """Whether a value says nothing: ``None``, text in which nothing can be seen, an empty list or object."""
    if isinstance(value, str):
        return not any(char.isprintable() and not char.isspace() for char in value)
    return value is None or (isinstance(value, list | dict) and not value)
