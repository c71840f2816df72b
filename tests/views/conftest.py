"""Clients that draw views, and a browser to draw them in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from mcp.client.extension import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID

from tests.conftest import Assistant, Connect
from tests.views.browser import Browser, browsing, what_is_missing

pytest.register_assert_rewrite("tests.views.drawing")

DRAWS = [advertise(EXTENSION_ID, {"mimeTypes": [APP_MIME_TYPE]})]
"""What a client says that draws views."""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser; a test is skipped without it, or without what drives it."""
    if missing := what_is_missing():
        pytest.skip(missing)
    async with browsing() as running:
        yield running


@pytest.fixture
async def drawing(connect: Connect) -> AsyncIterator[Assistant]:
    """An assistant whose client draws views."""
    async with connect(extensions=DRAWS) as connected:
        yield connected
