"""Allocations, drawn in a browser from the server's real answers."""

import pytest

from alcf_mcp.journal import Journal
from alcf_mcp.local import LocalFacility
from tests.conftest import Assistant
from tests.views.browser import Browser
from tests.views.drawing import THEMES, WIDTHS, draw, look_through
from tests.views.grants import a_months_use

pytestmark = pytest.mark.slow


async def test_in_both_themes_and_all_widths(
    browser: Browser, drawing: Assistant, local: LocalFacility, journal: Journal
) -> None:
    await a_months_use(local, journal)
    for theme in THEMES:
        for width in WIDTHS:
            await draw(browser, drawing, "list_projects", {}, theme=theme, width=width)
            await look_through(browser, "allocations", theme, width)
            one = {"project": "climate-downscaling"}
            await draw(browser, drawing, "get_project", one, theme=theme, width=width)
            await look_through(browser, "allocations-one", theme, width)
