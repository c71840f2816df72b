"""What every tool answers with: the facts as a model, and the same facts as text."""

from __future__ import annotations

from typing import Any

from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel


class Result(BaseModel):
    """A tool's answer. Clients show their model either the fields or the text: both are whole."""

    def text(self) -> str:
        """The same facts, readable on their own."""
        raise NotImplementedError

    def to_call_result(self) -> CallToolResult:
        """The answer as the protocol carries it; what is not known is left out."""
        return CallToolResult(
            content=[TextContent(type="text", text=self.text())],
            structured_content=self.model_dump(mode="json", exclude_none=True),
        )


def text_result(text: str) -> CallToolResult:
    """An answer that is text alone, so that a file's bytes do not travel twice."""
    return CallToolResult(content=[TextContent(type="text", text=text)])


def error_result(text: str, **facts: Any) -> CallToolResult:
    """An error with its facts in both forms: some clients show the model only the one, some the other."""
    known = {name: value for name, value in facts.items() if value not in (None, "", [])}
    return CallToolResult(
        is_error=True,
        content=[TextContent(type="text", text=text)],
        structured_content={"error": known},
    )
