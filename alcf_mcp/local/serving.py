"""Serving a local facility on loopback."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit

import uvicorn
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from alcf_mcp.local.faults import AnswerTruncated, ConnectionDropped, ConnectionReset
from alcf_mcp.local.problems import Problem, problem_response
from alcf_mcp.local.routes.wire import PREFIX
from alcf_mcp.loopback import Address, listen_on, origin_of, parse_address

_HOST = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.IGNORECASE)

# Longer than clients keep a connection: a request on one that is just being closed would be lost.
_KEPT_ALIVE_SECONDS = 60


class NotLoopback(ValueError):
    """The facility was to be served where other computers could reach it."""


class Facility(Protocol):
    """What can be served: a facility of one person, or of several."""

    @property
    def app(self) -> ASGIApp:
        """The ASGI application."""

    def announcement(self, url: str) -> list[str]:
        """What to tell the user when the API is served at an address, as sentences."""

    def running(self) -> AbstractAsyncContextManager[object]:
        """Let jobs and tasks make progress."""


async def serve(
    facility: Facility,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve a facility until the task is canceled or the process is interrupted.

    Args:
        facility: the facility.
        host: a loopback address, or ``localhost``.
        port: the port; 0 for any free one.
        on_ready: called with the API's base URL once connections are accepted; by default it is
            written to standard error, with the facility's notes.

    Raises:
        NotLoopback: other computers could reach the address: the facility runs jobs for whoever has its
            token, and speaks plain HTTP.
        OSError: the port is taken.
    """
    address = _loopback(host)
    with listen_on(address, port) as listener:
        url = f"{origin_of(address, listener)}{PREFIX}"
        config = uvicorn.Config(
            OnLoopback(facility.app),
            http=BreakableConnection,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=_KEPT_ALIVE_SECONDS,
        )
        async with facility.running():
            (on_ready or partial(_announce, facility))(
                url
            )  # connections wait in the listener's queue until the server takes them
            await uvicorn.Server(config).serve(sockets=[listener])


def _announce(facility: Facility, url: str) -> None:
    sys.stderr.write("".join(f"{line}\n" for line in facility.announcement(url)))


def _loopback(host: str) -> Address:
    try:
        address = parse_address(host)
    except ValueError:
        raise NotLoopback(f"{host!r} is no loopback address") from None
    if not address.is_loopback:
        raise NotLoopback(
            f"{host} can be reached by other computers; the local facility is for this one only"
        )
    return address


class OnLoopback:
    """ASGI middleware: takes only requests whose ``Host`` is loopback's.

    A page in the user's browser reaches a loopback port by a name of its own, which it lets point there; its
    requests bear that name.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with 421."""
        if scope["type"] == "http" and not all(_names_loopback(host) for host in _hosts(scope)):
            problem = Problem(421, "The Host is not loopback's: this facility is for its own computer alone.")
            await problem_response(Request(scope), problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _hosts(scope: Scope) -> list[str]:
    """The Host headers; one that is missing counts as empty."""
    return [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"] or [""]


def _names_loopback(host: str) -> bool:
    if not _HOST.fullmatch(host):
        return False
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:  # it is the name of another host, or not a name at all
        return False


class BreakableConnection(H11Protocol):
    """An HTTP connection that a fault can break."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let what the application raises reach the connection."""
        super().connection_made(transport)
        self.app = partial(_break_on_fault, self.app, transport)


async def _break_on_fault(
    app: ASGIApp, transport: asyncio.Transport, scope: Scope, receive: Receive, send: Send
) -> None:
    """ASGI application: another one, on a connection that ends where a fault says so."""
    try:
        await app(scope, receive, send)
    except (ConnectionDropped, AnswerTruncated):
        transport.close()  # what was written before still goes out
    except ConnectionReset:
        connection: socket.socket = transport.get_extra_info("socket")
        # To close without lingering is what sends a reset instead of a goodbye.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        return
    while (await receive())["type"] != "http.disconnect":  # until then, the server would answer by itself
        pass
