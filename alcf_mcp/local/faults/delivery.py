"""Holds back requests and responses, and sends a response whole, in part or slowly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alcf_mcp.local.faults.broken import AnswerTruncated, ConnectionDropped

_SHORTEST_PAUSE = 0.005
"""Seconds between pieces; a long body goes out several bytes at a time, to save processor time."""


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """A response that has not been sent yet: its head as an ASGI message, and its body."""

    head: Message
    body: bytes


async def received(receive: Receive) -> Receive:
    """Receive a whole request, so that it can be read repeatedly, even after its connection is gone."""
    messages: list[Message] = []
    while not messages or messages[-1].get("more_body", False):
        messages.append(await receive())
    body = b"".join(message.get("body", b"") for message in messages)

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> HeldAnswer:
    """Let an application respond to a request, and hold the response back."""
    messages: list[Message] = []

    async def hold(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, hold)
    head, *parts = messages
    return HeldAnswer(head, b"".join(part.get("body", b"") for part in parts))


async def deliver(answer: HeldAnswer, send: Send, *, truncate: bool, trickle: float) -> None:
    """Send a response.

    Args:
        answer: the response.
        send: where to send it.
        truncate: whether to break off in the middle of the body.
        trickle: seconds over which to spread the body.

    Raises:
        AnswerTruncated: the connection must end now.
        ConnectionDropped: the connection must end now, and nothing was sent: there is no body to cut.
    """
    if truncate and not answer.body:
        raise ConnectionDropped
    await send(answer.head)
    for piece in _pieces(answer.body[: len(answer.body) // 2] if truncate else answer.body, trickle):
        if trickle:
            await anyio.sleep(trickle * len(piece) / len(answer.body))
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    if truncate:
        raise AnswerTruncated
    await send({"type": "http.response.body", "body": b""})


def _pieces(body: bytes, trickle: float) -> Iterator[bytes]:
    most = trickle / _SHORTEST_PAUSE if trickle else 1.0
    size = max(1, math.ceil(len(body) / max(most, 1.0)))
    return (body[start : start + size] for start in range(0, len(body), size))
