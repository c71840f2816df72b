"""Facilities for the tests: one that answers without a network, and a real server on this machine."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx
from anyio.abc import Listener, SocketAttribute, SocketStream
from anyio.streams.tls import TLSListener
from hypothesis import strategies as st

from alcf_mcp.iri import IRIClient

BASE = "https://facility.example/api/v1"
TOKEN = "s3cret.t0ken"

Answer = Callable[[SocketStream], Awaitable[None]]

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
"""Any JSON value."""


def client(answer: Callable[[httpx.Request], httpx.Response] | httpx.Response, **options: Any) -> IRIClient:
    """Return a client of a facility that gives one response, or whatever a function returns."""
    respond = answer if callable(answer) else lambda _: answer
    return IRIClient(BASE, **{"token": TOKEN, **options}, http=httpx.MockTransport(respond))


def saying(data: Any, status: int = 200) -> IRIClient:
    """Return a client of a facility that answers everything with the same JSON."""
    return client(lambda _: httpx.Response(status, text=json.dumps(data)))  # httpx sends no body for a null


@dataclass
class Recorder:
    """Answers with the given JSON, and keeps the requests."""

    data: Any
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, json=self.data)

    @property
    def request(self) -> httpx.Request:
        """The one request."""
        (request,) = self.requests
        return request

    @property
    def target(self) -> str:
        """Method, path and query of the one request."""
        return f"{self.request.method} {self.request.url.raw_path.decode().removeprefix('/api/v1')}"


@dataclass
class Loopback:
    """A server on this machine: its URL, and the heads of the requests that it received."""

    url: str
    heads: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def loopback(answer: Answer, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Loopback]:
    """A server that reads a request's head and lets ``answer`` send whatever it likes."""
    listener: Listener[Any] = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(SocketAttribute.local_port)
    if tls:
        listener = TLSListener(listener, tls, standard_compatible=False)
    server = Loopback(f"{'https' if tls else 'http'}://127.0.0.1:{port}/api/v1")

    async def serve(stream: SocketStream) -> None:
        head = b""
        async with stream:
            with suppress(anyio.BrokenResourceError, anyio.EndOfStream):
                while b"\r\n\r\n" not in head:
                    head += await stream.receive()
                server.heads.append(head)
                await answer(stream)

    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        yield server
        tasks.cancel_scope.cancel()


def response(content: bytes = b"", *, status: str = "200 OK", **headers: str) -> bytes:
    """Return a complete HTTP response; ``Content_Length`` and other headers may be overridden."""
    fields = {"Content_Type": "application/json", "Content_Length": str(len(content)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + content


def sends(content: bytes) -> Answer:
    """Return a handler that sends these bytes; the connection ends after them."""

    async def answer(stream: SocketStream) -> None:
        if content:
            await stream.send(content)

    return answer
