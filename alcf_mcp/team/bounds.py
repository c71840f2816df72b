"""Bounds on what a request may send, and how long it may take to."""

from __future__ import annotations

import anyio
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alcf_mcp.http.application import LARGEST_BODY

BODY_SECONDS = 30.0
"""Seconds within which a request's body has to arrive."""


class BoundedBodies:
    """ASGI middleware: refuses bodies that are too long or too slow, so that nobody can hold connections."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with 408 or 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await _read(receive)
        except TimeoutError:
            await PlainTextResponse("The request's body did not arrive in time.\n", 408)(scope, receive, send)
            return
        if body is None:
            return
        if len(body) > LARGEST_BODY:
            await PlainTextResponse(f"At most {LARGEST_BODY} bytes.\n", 413)(scope, receive, send)
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)


async def _read(receive: Receive) -> bytes | None:
    """Read a body, or a little more than is allowed of it; ``None`` if the client has gone."""
    parts, size, more = list[bytes](), 0, True
    with anyio.fail_after(BODY_SECONDS):
        while more and size <= LARGEST_BODY:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            more = message.get("more_body", False)
    return b"".join(parts)
