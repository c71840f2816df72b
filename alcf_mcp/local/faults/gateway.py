"""The gateway in front of the facility, where the faults happen."""

from __future__ import annotations

import json
import re
from contextlib import suppress

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alcf_mcp.local.faults.broken import ConnectionDropped, ConnectionReset
from alcf_mcp.local.faults.delivery import answer_of, deliver, received
from alcf_mcp.local.faults.fault import Fault
from alcf_mcp.local.faults.planned import Faults, ReceivedRequest

_LOGGED_BODY_BYTES = 2**16
_LIBRARY_AGENTS = re.compile(r"(python-httpx|python-requests|curl|Python-urllib|aiohttp)\b", re.IGNORECASE)


class FaultyGateway:
    """ASGI middleware that logs every request and injects the faults."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self.app = app
        self.faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        entry = self._log(request)
        if self.faults.block_library_agents and _LIBRARY_AGENTS.match(request.headers.get("User-Agent", "")):
            await PlainTextResponse("error code: 1010", status_code=403)(scope, receive, send)
            return
        entry.fault = self.faults.take(entry.method, entry.path)
        receive = _watching(receive, entry)
        if entry.fault is None:
            await self.app(scope, receive, send)
        else:
            await self._happen(entry.fault, scope, receive, send)

    async def _happen(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        receive = await received(receive)  # the whole request arrives, whatever happens to it next
        await anyio.sleep(fault.delay)
        if fault.after or not fault.replaces:
            answer = await answer_of(self.app, scope, receive)
        if fault.drop:
            raise ConnectionDropped
        if fault.reset:
            raise ConnectionReset
        if fault.replaces:
            answer = await answer_of(fault.response(), scope, receive)
        await deliver(answer, send, truncate=fault.truncate, trickle=fault.trickle)
        if fault.late is not None:
            await anyio.sleep(fault.late)
            await answer_of(self.app, scope, receive)

    def _log(self, request: Request) -> ReceivedRequest:
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        entry = ReceivedRequest(request.method, request.url.path, dict(request.query_params), headers)
        self.faults.requests.append(entry)
        return entry


def _watching(receive: Receive, entry: ReceivedRequest) -> Receive:
    """Record a request's JSON body in its log entry."""
    if not entry.headers.get("content-type", "").startswith("application/json"):
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
