"""The ASGI applications: the API, and the activity feed beside it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from alcf_mcp.local.problems import Problem, UnexpectedErrors, on_http_exception, on_problem
from alcf_mcp.local.routes.wire import PREFIX

_FEED = re.compile(r"/[^/]+/activity\.json")


class WithFeed:
    """ASGI application: the API, and beside it the activity feed, which at ALCF is on another host.

    Args:
        api: the application of the API.
        feed: the application that serves ``/<machine>/activity.json``.
    """

    def __init__(self, api: ASGIApp, feed: ASGIApp) -> None:
        self.api = api
        self._feed = feed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the one that it is for."""
        wants_feed = scope["type"] == "http" and _FEED.fullmatch(scope["path"])
        await (self._feed if wants_feed else self.api)(scope, receive, send)


class WithRoutes:
    """ASGI application: a facility, and other routes at the same address.

    Args:
        facility: the application of the facility.
        routes: the other routes.
    """

    def __init__(self, facility: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._facility = facility
        self._routes = routes
        self._beside = _application(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the one that it is for."""
        is_beside = scope["type"] != "http" or any(
            route.matches(scope)[0] is not Match.NONE for route in self._routes
        )
        await (self._beside if is_beside else self._facility)(scope, receive, send)


def create_feed(routes: Sequence[Route]) -> Starlette:
    """Assemble the application of the activity feed."""
    return _application(routes)


def create_app(routes: Sequence[Route], running: Callable[[], AbstractAsyncContextManager[Any]]) -> Starlette:
    """Assemble the application of the API.

    Args:
        routes: the routes below ``/api/v1``.
        running: gives the context that must be active while the application is served.
    """

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with running():
            yield

    return _application([Mount(PREFIX, routes=list(routes))], lifespan=lifespan)


def _application(routes: Sequence[BaseRoute], **options: Any) -> Starlette:
    return Starlette(
        routes=list(routes),
        middleware=[Middleware(UnexpectedErrors)],
        exception_handlers={Problem: on_problem, HTTPException: on_http_exception},
        **options,
    )
