"""Facts about the facility as models: bounded, on one line each, and complete as text."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationInfo, field_validator

from alcf_mcp.reports.text import plain


class Verbatim:
    """Marks a field whose text is shown unchanged: our own sentences on several lines, or content."""


class Facts(BaseModel):
    """Facts about something.

    Others chose many of the names in them, so every text is on one line, bounded, and can't pass for anything
    else.
    """

    @field_validator("*", mode="after")
    @classmethod
    def _plain(cls, value: Any, info: ValidationInfo) -> Any:
        field = cls.model_fields[info.field_name or ""]
        return value if any(isinstance(mark, Verbatim) for mark in field.metadata) else _plain(value)


def _plain(value: Any) -> Any:
    return value if isinstance(value, BaseModel) else plain(value)


class Result(Facts):
    """Facts that answer a call. Clients show either the fields or the text, so each is complete."""

    def text(self) -> str:
        """The facts as text, readable without the fields."""
        raise NotImplementedError

    def drawn(self) -> dict[str, Any]:
        """What only a view draws: figures that the fields tell in words."""
        return {}
