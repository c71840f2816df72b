"""Clients that draw views, and a browser to draw them in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from mcp.client.extension import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID

from tests.conftest import Assistant, Connect
from tests.views.browser import Browser, browsing

DRAWS = [advertise(EXTENSION_ID, {"mimeTypes": [APP_MIME_TYPE]})]
"""What a client says that draws views."""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser."""
    async with browsing() as running:
        yield running


@pytest.fixture
async def drawing(connect: Connect) -> AsyncIterator[Assistant]:
    """An assistant whose client draws views."""
    async with connect(extensions=DRAWS) as connected:
        yield connected


async def wire(assistant: Assistant, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Call a tool; its result as it is at the wire."""
    result = await assistant.client.call_tool(tool, arguments)
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)
