"""The floor: the least that a server of the same SDK can be; ``python -m benchmarks.floor`` serves it."""

from __future__ import annotations

import anyio
from mcp.server import MCPServer

TRIVIAL_TOOL = "echo"


def build_floor() -> MCPServer[None]:
    """A bare server with one trivial tool."""
    server: MCPServer[None] = MCPServer("floor", log_level="WARNING")

    @server.tool(name=TRIVIAL_TOOL)
    async def echo(text: str) -> str:
        """Answer what is said."""
        return text

    return server


if __name__ == "__main__":
    anyio.run(build_floor().run_stdio_async)
