"""Tool names with a prefix, for hosts that keep the tools of all servers in one namespace.

Names are translated where messages enter and leave the server, and nowhere else: within the server, its logs
and its journal, a tool has one name. Prose keeps the plain names; one sentence in the instructions says so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult


class ToolPrefix:
    """MCP middleware that adds a prefix to every tool name in ``tools/list`` and ``tools/call``.

    Args:
        prefix: the text before each name.
        names: the plain names of the tools.
    """

    def __init__(self, prefix: str, names: Collection[str]) -> None:
        self._prefix = prefix
        self._names = frozenset(names)

    @property
    def sentence(self) -> str:
        """The sentence about the prefix for the instructions."""
        example = "submit_job"
        return (
            f"- Here every tool name begins with {self._prefix}: where a text says {example}, "
            f"call {self._prefix}{example}.\n"
        )

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Translate the tool name in a request, and the names in a list."""
        if ctx.method == "tools/call" and ctx.params:
            ctx = replace(ctx, params={**ctx.params, "name": self._plain(ctx.params.get("name"))})
        result = await call_next(ctx)
        if ctx.method == "tools/list" and isinstance(result, dict):
            for tool in result.get("tools", []):
                tool["name"] = self._prefix + tool["name"]
        return result

    def _plain(self, name: Any) -> Any:
        plain = name.removeprefix(self._prefix) if isinstance(name, str) else name
        return plain if plain in self._names else name
