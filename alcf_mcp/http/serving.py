"""Serve MCP over HTTP until a signal comes."""

from __future__ import annotations

import socket
import sys
from typing import Any

import uvicorn
from mcp.server import MCPServer
from sse_starlette.sse import AppStatus
from starlette.types import ASGIApp

from alcf_mcp.config import Settings, SettingsError
from alcf_mcp.http.application import PATH, application
from alcf_mcp.http.bearer import OwnBearer
from alcf_mcp.loopback import Address, listen_on, origin_of, parse_address

STOPPING_SECONDS = 5
"""Seconds that calls in progress have to end once the server stops."""

KEPT_ALIVE_SECONDS = 60


async def serve_http(server: MCPServer[Any], settings: Settings) -> None:
    """Serve one person on a loopback address.

    Raises:
        SettingsError: other computers could reach the address, or the port is taken.
        StateError: the bearer token's file can't be used.
    """
    address = loopback_address(settings.host)
    bearer = OwnBearer.of(settings.state_dir)
    with listener_at(address, settings.port) as listener:
        port = listener.getsockname()[1]
        web: uvicorn.Server
        app = application(
            server,
            bearer.token,
            port=port,
            public_url=settings.public_url,
            is_ready=lambda: web.started and not web.should_exit,
        )
        web = web_server(app)
        _announce(settings.public_url or f"{origin_of(address, listener)}{PATH}", bearer)
        await web.serve(sockets=[listener])


def web_server(app: ASGIApp) -> uvicorn.Server:
    """Return the web server for an application.

    When it is told to stop, calls in progress have ``STOPPING_SECONDS`` to end.
    """
    AppStatus.enable_automatic_graceful_drain = False  # or their answers would be cut off at once
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOPPING_SECONDS,
        timeout_keep_alive=KEPT_ALIVE_SECONDS,
    )
    return uvicorn.Server(config)


def loopback_address(host: str) -> Address:
    """Parse the address to serve on.

    Raises:
        SettingsError: it is not a loopback address.
    """
    address = address_of(host)
    if not address.is_loopback:
        raise SettingsError.about(
            "host",
            f"other computers could reach {host}, and whoever has the token acts as you: use 127.0.0.1, and "
            "an ssh tunnel from elsewhere",
        )
    return address


def address_of(host: str) -> Address:
    """Parse the address to serve on, whoever can reach it.

    Raises:
        SettingsError: it is none.
    """
    try:
        return parse_address(host)
    except ValueError:
        raise SettingsError.about("host", f"{host!r} is no address; write 127.0.0.1") from None


def listener_at(address: Address, port: int) -> socket.socket:
    """Accept connections at an address.

    Raises:
        SettingsError: the port is taken.
    """
    try:
        return listen_on(address, port)
    except OSError as error:
        raise SettingsError.about("port", f"{port} can't be served on ({error.strerror or error})") from None


def _announce(url: str, bearer: OwnBearer) -> None:
    """Say where the server is; a new token is shown once, and only to a terminal."""
    lines = [f"alcf-mcp serves MCP at {url}; its bearer token is in {bearer.path}"]
    if bearer.is_new and sys.stderr.isatty():
        lines.append(f"The token, which is shown only now: {bearer.token}")
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    sys.stderr.flush()
