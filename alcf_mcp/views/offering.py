"""Offer views to the clients that draw them; the others see nothing of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from mcp.server import ServerRequestContext
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID, client_supports_apps
from mcp.server.context import CallNext, HandlerResult
from mcp.server.extension import Extension
from mcp.server.lowlevel.helper_types import ReadResourceContents

from alcf_mcp.guard.answers import Handled
from alcf_mcp.views.catalog import VIEWS, View, view_of

ABOUT_PAGE: dict[str, Any] = {"ui": {"prefersBorder": True}}
"""What a client is told of each page: nothing is loaded from elsewhere, so that it gets no permission."""


class OfferedViews(Extension):
    """The views of the tools that are offered, as an extension; ``serve`` is MCP middleware.

    Args:
        tools: the names of the tools.
        prefix: the text before each tool's name at the wire.
    """

    identifier = EXTENSION_ID

    def __init__(self, tools: Sequence[str], prefix: str = "") -> None:
        self._tools = tuple(tools)
        self._prefix = prefix
        self._offered = [view for view in VIEWS if not set(view.tools).isdisjoint(tools)]

    def serve(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> Handled:
        """MCP middleware: name the views in the lists of tools and resources."""
        listing = ctx.method in ("tools/list", "resources/list")
        return self._listed(ctx, call_next) if listing else cast("Handled", call_next(ctx))

    def read(self, uri: str) -> ReadResourceContents | None:
        """The page with that URI, if it is one of these."""
        from alcf_mcp.views.page import page  # noqa: PLC0415 - loaded when a client draws one

        for view in self._offered:
            if view.uri == uri:
                text = page(view, self._tools, prefix=self._prefix)
                return ReadResourceContents(text, APP_MIME_TYPE, ABOUT_PAGE)
        return None

    async def _listed(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        result = await call_next(ctx)
        if not isinstance(result, dict) or not client_supports_apps(ctx):
            return result
        for tool in result.get("tools", ()):
            if view := view_of(tool["name"]):
                tool["_meta"] = {"ui": {"resourceUri": view.uri}}
        if "resources" in result:
            result["resources"].extend(map(_listed_page, self._offered))
        return result


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
