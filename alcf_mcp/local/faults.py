"""Faults on purpose, for tests: the gateway's bad days in front of a facility that works."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG_LENGTH = 1000
_LOGGED_BODY_BYTES = 2**16
_LIBRARY_AGENTS = re.compile(r"(python-httpx|python-requests|curl|Python-urllib|aiohttp)\b", re.IGNORECASE)


class ConnectionDropped(httpx.RemoteProtocolError):
    """The connection ends without an answer.

    It is an httpx error, so a client that reaches the facility in-process sees what one on a real
    connection would see.
    """

    def __init__(self) -> None:
        super().__init__("Server disconnected without sending a response.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to a request instead of, or on top of, being answered.

    Attributes:
        method: HTTP method, ``None`` for any.
        path: regular expression that is searched for in the path.
        status: status of the answer that replaces the facility's; ``None`` leaves the facility's.
        body: its body: text, or anything that JSON can say.
        content_type: its content type.
        headers: more headers for it.
        delay: seconds that pass first.
        after: whether the request is carried out all the same, before the fault's answer goes out.
        drop: close the connection instead of answering.
        times: how many requests it happens to; ``None`` for all.
    """

    method: str | None = None
    path: str = ""
    status: int | None = None
    body: Any = ""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    after: bool = False
    drop: bool = False
    times: int | None = 1

    def concerns(self, method: str, path: str) -> bool:
        """Whether a request is one that this happens to."""
        return self.method in (None, method) and re.search(self.path, path) is not None

    def response(self) -> Response:
        """The answer that replaces the facility's."""
        content = self.body if isinstance(self.body, str | bytes) else json.dumps(self.body)
        return Response(
            content,
            status_code=self.status or 500,
            headers=dict(self.headers),
            media_type=self.content_type,
        )


@dataclass(slots=True)
class ReceivedRequest:
    """A request that reached the facility; the authorization header is not kept."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    json: Any = None


class Faults:
    """The faults that wait to happen, and the log of what was requested.

    Attributes:
        requests: the last requests, oldest first.
        block_library_agents: refuse a library's default ``User-Agent`` as Cloudflare does.
    """

    def __init__(self) -> None:
        self.requests: deque[ReceivedRequest] = deque(maxlen=_LOG_LENGTH)
        self.block_library_agents = False
        self._waiting: list[tuple[Fault, int | None]] = []

    def add(self, fault: Fault) -> None:
        """Let a fault happen from now on; of several that concern a request, the first added does."""
        self._waiting.append((fault, fault.times))

    def clear(self) -> None:
        """Forget all faults and all requests."""
        self._waiting.clear()
        self.requests.clear()

    def count(self, method: str, path: str) -> int:
        """How many requests came with this method and a path in which the expression is found."""
        return sum(
            request.method == method and bool(re.search(path, request.path)) for request in self.requests
        )

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that happens to a request, used up by one."""
        for index, (fault, left) in enumerate(self._waiting):
            if fault.concerns(method, path):
                if left is not None and left <= 1:
                    del self._waiting[index]
                elif left is not None:
                    self._waiting[index] = (fault, left - 1)
                return fault
        return None


class FaultyGateway:
    """ASGI middleware: logs every request, and lets the faults happen."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self.app = app
        self.faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        receive = self._log(request, receive)
        if self.faults.block_library_agents and _LIBRARY_AGENTS.match(request.headers.get("User-Agent", "")):
            await PlainTextResponse("error code: 1010", status_code=403)(scope, receive, send)
            return
        fault = self.faults.take(request.method, request.url.path)
        if fault is None:
            await self.app(scope, receive, send)
            return
        await self._happen(fault, scope, receive, send)

    async def _happen(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        await anyio.sleep(fault.delay)
        replaced = fault.drop or fault.status is not None
        if fault.after or not replaced:
            await self.app(scope, receive, _swallow if replaced else send)
        if fault.drop:
            raise ConnectionDropped
        if replaced:
            await fault.response()(scope, receive, send)

    def _log(self, request: Request, receive: Receive) -> Receive:
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        entry = ReceivedRequest(request.method, request.url.path, dict(request.query_params), headers)
        self.faults.requests.append(entry)
        if not headers.get("content-type", "").startswith("application/json"):
            return receive
        body = bytearray()

        async def watch() -> Message:
            message = await receive()
            body.extend(message.get("body", b"")[: _LOGGED_BODY_BYTES + 1 - len(body)])
            if not message.get("more_body", False) and len(body) <= _LOGGED_BODY_BYTES:
                with suppress(ValueError):
                    entry.json = json.loads(bytes(body))
            return message

        return watch


async def _swallow(_message: Message) -> None:
    """Take a message of an answer that nobody will see."""
