"""The web application: sign-in, MCP for those who have signed in, and the server's own pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import (
    AuthenticatedUser,
    BearerAuthBackend,
    RequireAuthMiddleware,
)
from mcp.server.auth.routes import build_resource_metadata_url
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from alcf_mcp.http.application import AccessLog, health_routes
from alcf_mcp.postgres.members import Members
from alcf_mcp.team.bounds import BoundedBodies
from alcf_mcp.team.people import People, TooManyPeople
from alcf_mcp.team.person import Person
from alcf_mcp.team.sign_in import MCP_PATH, SCOPE, GlobusSignIn

Work = Callable[[], Coroutine[Any, Any, None]]
"""Something that goes on while the server runs."""


def team_application(
    sign_in: GlobusSignIn,
    people: People,
    *,
    origin: str,
    is_ready: Callable[[], bool],
    pages: Iterable[BaseRoute] = (),
    work: Iterable[Work] = (),
    members: Members | None = None,
) -> ASGIApp:
    """Return the application.

    Args:
        sign_in: how people sign in.
        people: their servers.
        origin: the server's public address, without a path.
        is_ready: whether calls can be answered.
        pages: the server's own pages.
        work: what goes on while it is served.
        members: records who uses the server.
    """
    resource = AnyHttpUrl(f"{origin}{MCP_PATH}")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with people.serving(), anyio.create_task_group() as group:
            for one in work:
                group.start_soon(one)
            yield
            group.cancel_scope.cancel()

    mcp = RequireAuthMiddleware(Dispatch(people, members), [SCOPE], build_resource_metadata_url(resource))
    app = Starlette(
        routes=[
            *health_routes(is_ready),
            Route(MCP_PATH, mcp),
            *sign_in.get_routes(MCP_PATH),
            *pages,
        ],
        middleware=[
            Middleware(BoundedBodies),
            Middleware(
                AuthenticationMiddleware, backend=BearerAuthBackend(sign_in, resource_server_url=resource)
            ),
            Middleware(AuthContextMiddleware),
        ],
        lifespan=lifespan,
    )
    return AccessLog(app)


class Dispatch:
    """ASGI application that hands each request to the server of the person who makes it.

    This is the one place where it is decided whose request it is.

    Args:
        people: everybody's servers.
        members: records who uses the server.
        lasting: whether the requests come with sign-ins that outlive a visit of the pages.
    """

    def __init__(self, people: People, members: Members | None = None, *, lasting: bool = True) -> None:
        self._people = people
        self._members = members
        self._lasting = lasting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        user: AuthenticatedUser = scope["user"]
        claims = user.access_token.claims or {}
        try:
            async with self._people.of(Person.of(claims)) as server:
                if server.use_sign_in(claims["sign_in"], lasts=self._lasting):
                    await self._see(server.person, claims["sign_in"])
                await server.sessions.handle_request(scope, receive, send)
        except TooManyPeople as error:
            full = JSONResponse({"error": f"{error}. {error.hint}"}, 503, headers={"Retry-After": "60"})
            await full(scope, receive, send)

    async def _see(self, person: Person, sign_in: str) -> None:
        """Record who uses the server, by which sign-in: another replica may go on with their work."""
        if self._members:
            await self._members.see(
                person.key,
                issuer=person.issuer,
                subject=person.subject,
                username=person.username,
                sign_in=sign_in,
                lasts=self._lasting,
            )
