"""Our server in front of a facility: in this process, and over stdio as clients start it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from mcp import Client
from mcp.types import CallToolResult, TextContent

from alcf_mcp.config import load_settings
from alcf_mcp.server import build_server
from benchmarks.facility import ServedFacility
from benchmarks.figure import MeasurementFailed
from benchmarks.stdio import Era, StdioServer, stdio_server

AGENT = "alcf-mcp"
"""The name that our server gives to the facility."""

NOWHERE = "http://127.0.0.1:9/api/v1"
"""A URL at which nothing responds."""


@asynccontextmanager
async def connected(state: Path, facility: ServedFacility, **settings: Any) -> AsyncIterator[Client]:
    """A client of our server in this process."""
    chosen = {"state_dir": state, "api_url": facility.url, "access_token": facility.token, **settings}
    async with Client(build_server(load_settings(**chosen))) as client:
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> CallToolResult:
    """Call a tool that must succeed.

    Raises:
        MeasurementFailed: the call failed.
    """
    result = await client.call_tool(tool, arguments)
    if result.is_error:
        raise MeasurementFailed(f"{tool} failed: {text_of(result)}")
    return result


def text_of(result: CallToolResult) -> str:
    """A result's text."""
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


@contextmanager
def over_stdio(
    state: Path, facility: ServedFacility | None = None, *, era: Era = "2025-11-25"
) -> Iterator[StdioServer]:
    """Our server in its own process; without a facility, it gets one that does not respond."""
    environment = {
        "ALCF_MCP_STATE_DIR": str(state),
        "ALCF_MCP_API_URL": facility.url if facility else NOWHERE,
        "ALCF_MCP_ACCESS_TOKEN": facility.token.get_secret_value() if facility else "",
    }
    with stdio_server(state, "alcf_mcp", "serve", era=era, environment=environment) as server:
        yield server


@contextmanager
def floor_over_stdio(state: Path, *, era: Era = "2025-11-25") -> Iterator[StdioServer]:
    """The floor in its own process."""
    with stdio_server(state, "benchmarks.floor", era=era) as server:
        yield server
