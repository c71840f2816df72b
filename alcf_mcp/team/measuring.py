"""Time what clients ask for: the messages of MCP in their requests."""

from __future__ import annotations

from time import monotonic
from typing import Any

from mcp import MCPError
from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.types.methods import SPEC_CLIENT_METHODS, SPEC_CLIENT_NOTIFICATION_METHODS
from pydantic import ValidationError

from alcf_mcp.guard import Outcome
from alcf_mcp.measures import OPERATIONS, OTHER, OUTCOME
from alcf_mcp.tools.catalog import NAMES

_METHODS = SPEC_CLIENT_METHODS | SPEC_CLIENT_NOTIFICATION_METHODS
_TOOLS = frozenset(NAMES)
_ASKED = frozenset((Outcome.CODE_NEEDED.value, Outcome.APPROVAL_NEEDED.value))

INVALID_PARAMS = "-32602"


async def time_operation(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """MCP middleware: time a message by its method, its tool and how it ended."""
    began = monotonic()
    ended = {OUTCOME: "cancelled"}
    try:
        result = await call_next(ctx)
        ended = _outcome_of(result)
        return result
    except Exception as error:
        ended = {OUTCOME: "error", "error.type": _type_of(error)}
        raise
    finally:
        OPERATIONS.record(monotonic() - began, _operation(ctx) | ended)


def _operation(ctx: ServerRequestContext[Any, Any]) -> dict[str, str | int]:
    if ctx.method != "tools/call":
        return {"mcp.method.name": ctx.method if ctx.method in _METHODS else OTHER}
    name = (ctx.params or {}).get("name")
    tool = name if isinstance(name, str) and name in _TOOLS else OTHER
    return {"mcp.method.name": ctx.method, "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}


def _outcome_of(result: HandlerResult) -> dict[str, str]:
    if not isinstance(result, dict):
        return {OUTCOME: "ok"}
    if result.get("isError"):
        return {OUTCOME: "error", "error.type": "tool_error"}
    facts = result.get("structuredContent")
    asked = result.get("resultType") == "input_required" or (
        isinstance(facts, dict) and facts.get("outcome") in _ASKED
    )
    return {OUTCOME: "asked" if asked else "ok"}


def _type_of(error: Exception) -> str:
    if isinstance(error, MCPError):
        return str(error.error.code)
    return INVALID_PARAMS if isinstance(error, ValidationError) else type(error).__name__
