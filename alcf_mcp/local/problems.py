"""Errors as the API reports them: RFC 9457 problem details."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

_KINDS = {
    401: ("unauthorized", "Unauthorized"),
    403: ("forbidden", "Forbidden"),
    404: ("not-found", "Not Found"),
    405: ("method-not-allowed", "Method Not Allowed"),
    409: ("conflict", "Conflict"),
}


class Problem(Exception):
    """An error response.

    Attributes:
        status: HTTP status.
        detail: what went wrong, in readable form.
        invalid_params: for schema errors, the invalid parameters and what is wrong with each.
    """

    def __init__(
        self, status: int, detail: str, *, invalid_params: Sequence[dict[str, str]] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.invalid_params = invalid_params

    @classmethod
    def invalid_parameter(cls, error: ValidationError) -> Problem:
        """A request that does not match the schema: 400, where FastAPI by default responds with 422."""
        params = [
            {"name": str((problem["loc"] or ("body",))[-1]), "reason": problem["msg"]}
            for problem in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        return cls(400, ", ".join(param["reason"] for param in params), invalid_params=params)


def not_implemented(what: str) -> Problem:
    """The refusal of something that this deployment does not offer."""
    return Problem(501, what)


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """The problem in its wire form."""
    kind, title = _KINDS.get(problem.status, ("generic-error", "Error"))
    if problem.invalid_params is not None:
        kind, title = "invalid-parameter", "Invalid parameter"
    body: dict[str, Any] = {
        "type": f"{str(request.base_url).rstrip('/')}/problems/{kind}",
        "title": title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": str(request.url),
    }
    if problem.invalid_params is not None:
        body["invalid_params"] = list(problem.invalid_params)
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else None
    return JSONResponse(
        body, status_code=problem.status, headers=headers, media_type="application/problem+json"
    )


async def on_problem(request: Request, error: Exception) -> Response:
    """Starlette's exception handler for ``Problem``."""
    assert isinstance(error, Problem)  # noqa: S101 - registered for nothing else
    return problem_response(request, error)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Starlette's exception handler for its own errors, such as an unknown route or method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    response = problem_response(request, Problem(error.status_code, error.detail))
    response.headers.update(error.headers or {})
    return response


class UnexpectedErrors:
    """ASGI middleware that turns a bug in the facility into a 500 that reveals nothing about it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            logger.exception("The local facility failed to respond")
            problem = Problem(500, "An unexpected error occurred.")
            await problem_response(Request(scope), problem)(scope, receive, send)
