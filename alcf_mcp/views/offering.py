"""Offer views to the clients that draw them; the others see nothing of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

from mcp.server import ServerRequestContext
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID, client_supports_apps
from mcp.server.context import CallNext, HandlerResult
from mcp.server.extension import Extension
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context
from mcp.types import InitializeRequestParams

from alcf_mcp.guard.answers import Handled
from alcf_mcp.views.catalog import VIEWS, View, view_of

Policy = Literal["auto", "all", "none"]
"""Which clients are told of views: those that say that they draw them, all, or none."""

ABOUT_PAGE: dict[str, Any] = {"ui": {"prefersBorder": True}}
"""What a client is told of each page: nothing is loaded from elsewhere, so that it gets no permission."""


_TELLING = frozenset(("initialize", "tools/list", "resources/list"))


class OfferedViews(Extension):
    """The views of the tools that are offered, as an extension; ``serve`` is MCP middleware.

    Args:
        tools: the names of the tools.
        prefix: the text before each tool's name at the wire.
        policy: which clients are told of them.
    """

    identifier = EXTENSION_ID

    def __init__(self, tools: Sequence[str], prefix: str = "", policy: Policy = "auto") -> None:
        self._tools = tuple(tools)
        self._prefix = prefix
        self._policy = policy
        offered = () if policy == "none" else VIEWS
        self._offered = [view for view in offered if not set(view.tools).isdisjoint(tools)]

    def serve(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> Handled:
        """MCP middleware: name the views to clients that draw them."""
        return self._told(ctx, call_next) if ctx.method in _TELLING else cast("Handled", call_next(ctx))

    def read(self, uri: str) -> ReadResourceContents | None:
        """The page with that URI, if it is one of these."""
        from alcf_mcp.views.page import page  # noqa: PLC0415 - loaded when a client draws one

        for view in self._offered:
            if view.uri == uri:
                text = page(view, self._tools, prefix=self._prefix)
                return ReadResourceContents(text, APP_MIME_TYPE, ABOUT_PAGE)
        return None

    async def _told(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        result = await call_next(ctx)
        if not isinstance(result, dict):
            return result
        if ctx.method == "initialize":
            if self._offered and (self._policy == "all" or _says_that_it_draws(ctx.params)):
                # The SDK tells of extensions only in the later era.
                result["capabilities"].setdefault("extensions", {})[EXTENSION_ID] = {}
            return result
        if not draws_views(ctx, self._policy):
            return result
        for tool in result.get("tools", ()):
            if (view := view_of(tool["name"])) and view in self._offered:
                tool["_meta"] = {"ui": {"resourceUri": view.uri}}
        if "resources" in result:
            result["resources"].extend(map(_listed_page, self._offered))
        return result


def draws_views(ctx: Context[Any] | ServerRequestContext[Any, Any], policy: Policy) -> bool:
    """Whether a client is told of views."""
    return policy == "all" or (policy == "auto" and client_supports_apps(ctx))


def _says_that_it_draws(hello: Mapping[str, Any] | None) -> bool:
    """Whether a client says so when it introduces itself; its session knows only afterwards."""
    said = InitializeRequestParams.model_validate(hello, by_name=False).capabilities.extensions or {}
    kinds = said.get(EXTENSION_ID, {}).get("mimeTypes")
    return isinstance(kinds, list) and APP_MIME_TYPE in kinds


def _listed_page(view: View) -> dict[str, Any]:
    return {
        "uri": view.uri,
        "name": f"view-{view.name}",
        "title": view.title,
        "description": view.description,
        "mimeType": APP_MIME_TYPE,
        "annotations": {"audience": ["user"]},
        "_meta": ABOUT_PAGE,
    }
