"""The ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from alcf_mcp.local.problems import Problem, UnexpectedErrors, on_http_exception, on_problem
from alcf_mcp.local.routes.wire import PREFIX


def create_app(routes: Sequence[Route], running: Callable[[], AbstractAsyncContextManager[Any]]) -> Starlette:
    """Assemble the application.

    Args:
        routes: the routes below ``/api/v1``.
        running: gives the context that must be active while the application is served.
    """

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with running():
            yield

    return Starlette(
        routes=[Mount(PREFIX, routes=list(routes))],
        middleware=[Middleware(UnexpectedErrors)],
        exception_handlers={Problem: on_problem, HTTPException: on_http_exception},
        lifespan=lifespan,
    )
