"""Counts requests and bytes to and from a facility, by client."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COUNTS_PATH = "/counts"


@dataclass(frozen=True)
class Counts:
    """Requests, and the bytes of their bodies and their responses' bodies."""

    requests: int = 0
    moved_bytes: int = 0

    def __sub__(self, before: Counts) -> Counts:
        return Counts(self.requests - before.requests, self.moved_bytes - before.moved_bytes)


class Counted:
    """ASGI middleware that counts, and reports the counts at a path of its own.

    A client is identified by the first product in its ``User-Agent``.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._requests: Counter[str] = Counter()
        self._moved_bytes: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == COUNTS_PATH:
            counts = {who: asdict(self._counts(who)) for who in self._requests}
            await JSONResponse(counts)(scope, receive, send)
        else:
            await self._counted(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        who = Request(scope).headers.get("User-Agent", "").partition("/")[0]
        self._requests[who] += 1

        async def receive_counted() -> Message:
            message = await receive()
            self._moved_bytes[who] += len(message.get("body", b""))
            return message

        async def send_counted(message: Message) -> None:
            self._moved_bytes[who] += len(message.get("body", b""))
            await send(message)

        await self._app(scope, receive_counted, send_counted)

    def _counts(self, who: str) -> Counts:
        return Counts(self._requests[who], self._moved_bytes[who])
