"""Handle invalid answers to questions: a client may repeat a call with anything in place of an answer."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from functools import cache
from typing import Any, cast

from mcp import MCPError
from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.types import CreateMessageResult, ElicitResult, ListRootsResult
from pydantic import TypeAdapter, ValidationError

Handled = Coroutine[Any, Any, HandlerResult]

_OF_AN_ANSWER = frozenset(("inputResponses", "requestState"))

NO_ANSWER = {"action": "accept"}
"""An acceptance without content: the guard treats it as a failed question."""


def take_odd_answers(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> Handled:
    """MCP middleware: treat an invalid answer as a failed question, and ask again after a late one.

    Otherwise the client would get a protocol error, which its model may never see.
    """
    if ctx.method != "tools/call" or _OF_AN_ANSWER.isdisjoint(ctx.params or {}):
        return cast("Handled", call_next(ctx))
    return _answered(ctx, call_next)


async def _answered(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    given = dict(ctx.params or {})
    answers = given.get("inputResponses")
    if answers is not None:
        answers = answers if isinstance(answers, dict) else {}
        given["inputResponses"] = {key: one if _is_answer(one) else NO_ANSWER for key, one in answers.items()}
    try:
        return await call_next(replace(ctx, params=given))
    except MCPError as error:
        if not isinstance(error.data, dict) or error.data.get("reason") != "invalid_request_state":
            raise
    anew = {name: value for name, value in given.items() if name not in _OF_AN_ANSWER}
    return await call_next(replace(ctx, params=anew))


@cache
def _answers() -> TypeAdapter[Any]:
    """Made when it is first needed, not at start."""
    return TypeAdapter(ElicitResult | CreateMessageResult | ListRootsResult)


def _is_answer(answer: object) -> bool:
    try:
        _answers().validate_python(answer)
    except ValidationError:
        return False
    return True
