"""The floor: the minimal server that the same SDK allows; ``python -m benchmarks.floor`` serves it."""

from __future__ import annotations

from typing import Any

import anyio
from mcp.server import MCPServer
from pydantic import BaseModel

from benchmarks.script import Script

TRIVIAL_TOOL = "echo"


def build_floor() -> MCPServer[None]:
    """A bare server with one trivial tool."""
    return with_trivial_tool(MCPServer("floor", log_level="WARNING"))


def with_trivial_tool(server: MCPServer[None]) -> MCPServer[None]:
    """Add the trivial tool to a bare server."""

    @server.tool(name=TRIVIAL_TOOL)
    async def echo(text: str) -> str:
        """Return the text."""
        return text

    return server


class Resource(BaseModel):
    """What the facility reports about a resource."""

    id: str
    name: str
    resource_type: str
    current_status: str
    group: str | None = None
    description: str | None = None
    last_modified: str | None = None


def build_handwritten(script: Script) -> MCPServer[None]:
    """A bare server with one tool that does real work: the shortest typed tool that asks the facility."""
    server: MCPServer[None] = MCPServer("handwritten", log_level="WARNING")

    @server.tool()
    async def get_resource(resource: str) -> Resource:
        """Show a resource."""
        answer: dict[str, Any] = await script.get_resource(resource)
        return Resource.model_validate(answer)

    return server


if __name__ == "__main__":
    anyio.run(build_floor().run_stdio_async)
