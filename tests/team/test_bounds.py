"""A request's body has bounds, in bytes and in seconds."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from alcf_mcp.team import bounds
from alcf_mcp.team.bounds import BoundedBodies

SCOPE: Scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": []}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{len(body)} bytes")(scope, receive, send)


async def answer_to(*parts: Any) -> tuple[int, bytes] | None:
    """Send a body in parts, a number being a pause in seconds; returns status and body."""
    sent, said = iter(parts), list[Any]()

    async def receive() -> Message:
        for part in sent:
            if isinstance(part, float):
                await anyio.sleep(part)
            elif part is None:
                return {"type": "http.disconnect"}
            else:
                return {"type": "http.request", "body": part, "more_body": part is not parts[-1]}
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        said.append(message)

    await BoundedBodies(echo)(SCOPE, receive, send)
    return (said[0]["status"], said[1]["body"]) if said else None


async def test_a_body_passes_whole() -> None:
    assert await answer_to(b"one ", b"two") == (200, b"7 bytes")
    assert await answer_to(b"") == (200, b"0 bytes")


async def test_a_body_that_is_too_long_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LARGEST_BODY", 10)
    assert await answer_to(b"0123456789") == (200, b"10 bytes")
    assert (await answer_to(b"0123456789", b"0"))[0] == 413  # type: ignore[index]


async def test_a_body_that_trickles_in_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "BODY_SECONDS", 0.05)
    assert (await answer_to(b"one ", 5.0, b"two"))[0] == 408  # type: ignore[index]


async def test_a_client_that_has_gone_gets_no_answer() -> None:
    assert await answer_to(b"one ", None) is None
