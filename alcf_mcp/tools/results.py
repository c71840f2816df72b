"""The results of all tools as the protocol carries them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from mcp.types import CallToolResult, TextContent

from alcf_mcp.reports.facts import Result
from alcf_mcp.reports.text import plain, visible

DRAWN = "alcf-mcp/drawn"
"""Where a result has what only its view draws."""


def call_result(
    result: Result,
    remarks: Sequence[str] = (),
    *,
    for_view: bool = False,
    asked: Mapping[str, Any] | None = None,
) -> CallToolResult:
    """A result; facts that are not known are left out.

    Args:
        result: the facts.
        remarks: sentences to add to the result.
        for_view: whether the client draws a view of it.
        asked: what a view draws of the question that the user was asked.
    """
    facts = result.model_dump(mode="json", exclude_none=True)
    if remarks:
        facts["remarks"] = [*remarks, *facts.get("remarks", [])]
    return CallToolResult(
        content=[TextContent(type="text", text="\n".join((result.text(), *remarks)))],
        structured_content=facts,
        _meta=drawing(result, asked) if for_view else None,
    )


def drawing(result: Result, asked: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """What a view of a result draws beside the facts; clients keep it from their models."""
    drawn = result.drawn() | ({"asked": asked} if asked else {})
    return {DRAWN: {"at": round(time.time(), 1), **drawn}} if drawn else None


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
