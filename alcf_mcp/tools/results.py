"""The results of all tools: the facts as a model, and the same facts as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel, ValidationInfo, field_validator

from alcf_mcp.tools.text import plain, visible


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
    """A tool's result. Clients show their model either the fields or the text, so each is complete."""

    def text(self) -> str:
        """The facts as text, readable without the fields."""
        raise NotImplementedError

    def to_call_result(self, remarks: Sequence[str] = ()) -> CallToolResult:
        """The result as the protocol carries it; facts that are not known are left out.

        Args:
            remarks: sentences to add to the result.
        """
        facts = self.model_dump(mode="json", exclude_none=True)
        if remarks:
            facts["remarks"] = [*remarks, *facts.get("remarks", [])]
        return CallToolResult(
            content=[TextContent(type="text", text="\n".join((self.text(), *remarks)))],
            structured_content=facts,
        )


def text_result(text: str, remarks: Sequence[str] = ()) -> CallToolResult:
    """A result that is text alone, so that a file's bytes are not sent twice."""
    return CallToolResult(content=[TextContent(type="text", text=visible("\n".join((text, *remarks))))])


def error_result(text: str, **facts: Any) -> CallToolResult:
    """An error with its facts as fields and as text: a client may show the model only one of them."""
    known = {name: plain(value) for name, value in facts.items() if value not in (None, "", [])}
    return CallToolResult(
        is_error=True,
        content=[TextContent(type="text", text=visible(text))],
        structured_content={"error": known},
    )
