"""Time what clients ask for: their HTTP requests, and the messages of MCP in them."""

from __future__ import annotations

from time import monotonic
from typing import Any

from mcp import MCPError
from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.types.methods import SPEC_CLIENT_METHODS, SPEC_CLIENT_NOTIFICATION_METHODS
from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alcf_mcp.guard import Outcome
from alcf_mcp.measures import OPERATIONS, OTHER, OUTCOME, WEB_REQUESTS
from alcf_mcp.tools.catalog import NAMES

_METHODS = SPEC_CLIENT_METHODS | SPEC_CLIENT_NOTIFICATION_METHODS
_TOOLS = frozenset(NAMES)
_HTTP_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
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


class TimedRequests:
    """ASGI middleware: times each request by its method, its route and its status.

    Args:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and time it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = monotonic(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            WEB_REQUESTS.record(monotonic() - began, _request(scope, status))


def _request(scope: Scope, status: int) -> dict[str, str | int]:
    method, route = scope["method"], getattr(scope.get("route"), "path", None)
    known: dict[str, str | int] = {
        "http.request.method": method if method in _HTTP_METHODS else OTHER,
        "url.scheme": scope["scheme"],
        "http.response.status_code": status,
    }
    if route:  # a path that leads nowhere is anything that somebody sends
        known["http.route"] = route
    return known | ({"error.type": str(status)} if status >= 500 else {})
