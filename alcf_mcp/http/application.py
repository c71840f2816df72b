"""The web application: MCP at ``/mcp``, and whether the server is alive and ready."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alcf_mcp.http.bearer import BearerRequired
from alcf_mcp.measures import OTHER, WEB_REQUESTS

logger = logging.getLogger(__name__)

PATH = "/mcp"

LARGEST_BODY = 4 * 2**20
"""Bytes of the largest request; scripts and uploads fit."""

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

MOST_SESSIONS, IDLE_SECONDS = 100, 1800.0
"""How many sessions of clients of earlier protocols there may be, and when an idle one ends."""


def application(
    server: MCPServer[Any], token: str, *, port: int, public_url: str | None, is_ready: Callable[[], bool]
) -> ASGIApp:
    """Return the application that serves MCP.

    Args:
        server: the server.
        token: the bearer token that every request has to carry.
        port: the port that it is served on.
        public_url: the URL that clients use, if it is another one than that of the port.
        is_ready: whether calls can be answered.
    """
    for route in health_routes(is_ready):
        server.custom_route(route.path, methods=["GET"])(route.endpoint)
    mcp = server.streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=LARGEST_BODY,
        session_idle_timeout=IDLE_SECONDS,
        max_sessions=MOST_SESSIONS,
        transport_security=_allowed(port, public_url),
    )
    return AccessLog(BearerRequired(mcp, token))


def health_routes(is_ready: Callable[[], bool]) -> list[Route]:
    """Where is told whether the server is alive, and whether calls can be answered."""

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def readyz(_: Request) -> Response:
        ready = is_ready()
        return PlainTextResponse("ready\n" if ready else "not ready\n", status_code=200 if ready else 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def _allowed(port: int, public_url: str | None) -> TransportSecuritySettings:
    """The hosts and origins that requests may name: a page in a browser reaches the port by another."""
    names = [f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")]
    origins = [f"http://{name}" for name in names]
    if public_url:
        url = urlsplit(public_url)
        names.append(url.netloc)
        origins.append(f"{url.scheme}://{url.netloc}")
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True, allowed_hosts=names, allowed_origins=origins
    )


class AccessLog:
    """ASGI middleware: logs each request by method, path and status, and times it by its route.

    No header, no query and no body is recorded.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and log how."""
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
            seconds = monotonic() - began
            WEB_REQUESTS.record(seconds, _kind_of(scope, status))
            facts = {"method": scope["method"], "path": scope["path"][:200], "status": status}
            logger.info("request", extra=facts | {"ms": round(seconds * 1000)})


def _kind_of(scope: Scope, status: int) -> dict[str, str | int]:
    method, route = scope["method"], getattr(scope.get("route"), "path", None)
    kind: dict[str, str | int] = {
        "http.request.method": method if method in _METHODS else OTHER,
        "url.scheme": scope["scheme"],
        "http.response.status_code": status,
    }
    if route:  # a path that leads nowhere is anything that somebody sends
        kind["http.route"] = route
    return kind | ({"error.type": str(status)} if status >= 500 else {})
