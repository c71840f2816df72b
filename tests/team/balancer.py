"""A balancer in front of replicas: each request goes to the next one, whoever sent it.

One that takes no connections is passed over; a request that it may have got is not sent to another.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS")

HOP_BY_HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"content-length"}


class Balancer:
    """Passes requests on in turn; tests may change ``replicas`` at any time.

    Attributes:
        replicas: the origins of the replicas.
        passed: how many requests each of them got.
    """

    def __init__(self) -> None:
        self.replicas: list[str] = []
        self.passed: dict[str, int] = {}
        self.app = Starlette(
            routes=[Route("/{path:path}", self._pass_on, methods=[*METHODS])], lifespan=self._serving
        )
        self._turn = count()
        self._http = httpx.AsyncHTTPTransport()  # a client would keep people's cookies, and mix them up

    @asynccontextmanager
    async def _serving(self, _: Starlette) -> AsyncIterator[None]:
        async with self._http:
            yield

    async def _pass_on(self, request: Request) -> Response:
        body = await request.body()
        for _ in range(len(self.replicas)):
            replica = self.replicas[next(self._turn) % len(self.replicas)]
            try:
                return _streamed(await self._http.handle_async_request(self._sent(request, replica, body)))
            except httpx.ConnectError:
                continue
            except httpx.HTTPError:
                break
        return PlainTextResponse("This replica does not answer.\n", 502)

    def _sent(self, request: Request, replica: str, body: bytes) -> httpx.Request:
        """A request as it is passed on to a replica."""
        self.passed[replica] = self.passed.get(replica, 0) + 1
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        headers = [(name, value) for name, value in request.headers.raw if name != b"content-length"]
        patience = {"timeout": {"connect": 5.0, "read": 60.0, "write": 60.0, "pool": 60.0}}
        return httpx.Request(
            request.method, replica + path, headers=headers, content=body, extensions=patience
        )


def _streamed(given: httpx.Response) -> StreamingResponse:
    async def content() -> AsyncIterator[bytes]:
        try:
            async for chunk in given.aiter_raw():
                yield chunk
        except httpx.HTTPError:
            return  # the replica has gone, and with it the rest of its answer
        finally:
            await given.aclose()

    answer = StreamingResponse(content(), given.status_code)
    answer.raw_headers = [
        (name.lower(), value) for name, value in given.headers.raw if name.lower() not in HOP_BY_HOP
    ]
    return answer
