"""The views as pages of the server, drawn for the person who is signed in, from their own server's answers.

The page is a client as others are. Its script calls tools with the session of the browser, asks the person
what the guard wants to know, and hands the answers to the view. The view is in a frame that reaches nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from fastmcp.server.auth.auth import AccessToken
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from alcf_mcp.postgres.members import Members
from alcf_mcp.team.application import Dispatch
from alcf_mcp.team.pages.browser import BrowserSessions, not_from_here, to_sign_in
from alcf_mcp.team.pages.frame import framed, safe
from alcf_mcp.team.people import People
from alcf_mcp.team.sign_in import SCOPE
from alcf_mcp.tools.listed_tool import ListedTool
from alcf_mcp.views.catalog import View, view_of
from alcf_mcp.views.page import called, page, script_source

PATH = "/views"
MCP_PATH, SCRIPT_PATH = f"{PATH}/mcp", f"{PATH}/host.mjs"
TOKEN_HEADER = "X-Page-Token"  # noqa: S105 - a name, no token

_HEAD = f'<script type="module" src="{SCRIPT_PATH}"></script>'
_POLICY = "script-src 'self'; connect-src 'self'; frame-src 'self'"
_SANDBOX = "sandbox allow-scripts; default-src 'none'; script-src '{script}'; style-src 'unsafe-inline'; \
base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

_DRAWING = """<p role="status">Asking the facility …</p>
<iframe title="{title}" sandbox="allow-scripts"></iframe>
<noscript><p>Views are drawn by a script. <a href="/approvals">Approvals</a> need none.</p></noscript>"""

_FORM = '<form method="get" action="{action}">{fields}<button>Show</button></form>'
_HIDDEN = '<input type="hidden" name="{name}" value="{value}">'
_FIELD = '<label>{name} <input name="{name}" required></label>'


@dataclass(frozen=True)
class ViewPages:
    """The pages.

    Args:
        browsers: recognizes who looks at them.
        people: everybody's servers.
        tools: the tools that are offered.
        prefix: the text before each tool's name.
        members: records who uses the server.
    """

    browsers: BrowserSessions
    people: People
    tools: Sequence[ListedTool]
    prefix: str = ""
    members: Members | None = None

    def routes(self) -> list[Route]:
        """The pages, and what their script needs."""
        return [
            Route(MCP_PATH, BrowserClient(self.browsers, self.people, self.members), methods=["POST"]),
            Route(SCRIPT_PATH, _script),
            Route(f"{PATH}/{{tool}}", self._page),
            Route(f"{PATH}/{{tool}}/drawing", self._drawing),
        ]

    async def _page(self, request: Request) -> Response:
        found = self._found(request)
        if found is None:
            return _nothing()
        visitor = await self.browsers.visitor(request)
        if visitor is None:
            return to_sign_in(request)
        tool, view = found
        here = f"{PATH}/{tool.name}"
        arguments = _arguments(tool, request)
        missing = [name for name in tool.parameters.get("required", ()) if not arguments.get(name)]
        if missing:
            given = [one for one in request.query_params.multi_items() if one[0] in arguments]
            return framed(visitor, here, view.title, _form(here, missing, given))
        data = {
            "tool": f"{self.prefix}{tool.name}",
            "arguments": json.dumps(arguments),
            "drawing": f"{here}/drawing",
            "calls": json.dumps([f"{self.prefix}{name}" for name in called(view, self._names)]),
            "token": visitor.token,
        }
        body = _DRAWING.format(title=safe(view.title))
        return framed(visitor, here, view.title, body, head=_HEAD, policy=_POLICY, data=data)

    async def _drawing(self, request: Request) -> Response:
        """The view's own page, which holds nobody's data; no other origin's page may hold it."""
        found = self._found(request)
        if found is None:
            return _nothing()
        html = page(found[1], self._names, prefix=self.prefix)
        policy = _SANDBOX.format(script=script_source(found[1]))
        return HTMLResponse(html, headers={"Content-Security-Policy": policy})

    @property
    def _names(self) -> list[str]:
        return [tool.name for tool in self.tools]

    def _found(self, request: Request) -> tuple[ListedTool, View] | None:
        """The tool that a page is about: one that is offered, changes nothing, and has a view."""
        name = request.path_params["tool"]
        tool = next((tool for tool in self.tools if tool.name == name and tool.reads), None)
        view = view_of(name)
        return (tool, view) if tool and view else None


@dataclass(frozen=True)
class BrowserClient:
    """ASGI application that answers MCP requests of the pages' script, as the person who is signed in."""

    browsers: BrowserSessions
    people: People
    members: Members | None = None

    @cached_property
    def _served(self) -> ASGIApp:
        return AuthContextMiddleware(Dispatch(self.people, self.members, lasting=False))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with 401 or 403."""
        await (await self._answering(scope))(scope, receive, send)

    async def _answering(self, scope: Scope) -> ASGIApp:
        request = Request(scope)
        visitor = await self.browsers.visitor(request)
        if visitor is None:
            return JSONResponse({"error": "You are not signed in to these pages any more."}, 401)
        if not self.browsers.is_from_here(request, visitor, request.headers.get(TOKEN_HEADER)):
            return not_from_here()
        claims = visitor.person.claims() | {"sign_in": visitor.visit.sign_in}
        token = AccessToken(
            token="",
            client_id="the server's pages",
            scopes=[SCOPE],
            subject=visitor.person.subject,
            claims=claims,
        )
        scope["user"] = AuthenticatedUser(token)
        return self._served


def _form(action: str, missing: list[str], given: list[tuple[str, str]]) -> str:
    """A form that asks for the arguments that are missing, and keeps those that were given."""
    fields = [_FIELD.format(name=safe(name)) for name in missing]
    fields += [
        _HIDDEN.format(name=safe(name), value=safe(value)) for name, value in given if name not in missing
    ]
    return _FORM.format(action=action, fields="".join(fields))


def _arguments(tool: ListedTool, request: Request) -> dict[str, Any]:
    """The arguments in a page's address; what is none of the tool's is left out."""
    properties: dict[str, dict[str, Any]] = tool.parameters.get("properties", {})
    given = request.query_params
    return {
        name: given.getlist(name) if about.get("type") == "array" else given[name]
        for name, about in properties.items()
        if name in given
    }


async def _script(_: Request) -> Response:
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(_host(), media_type="text/javascript", headers=headers)


@cache
def _host() -> str:
    return files(__package__).joinpath("host.mjs").read_text(encoding="utf-8")


def _nothing() -> Response:
    return PlainTextResponse("There is no such page.\n", 404)
