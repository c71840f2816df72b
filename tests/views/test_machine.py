"""Machines and their queue weather, drawn in a browser from the server's real answers."""

import pytest

from alcf_mcp.local import LocalFacility
from tests.conftest import Assistant
from tests.views.browser import Browser
from tests.views.drawing import THEMES, WIDTHS, draw, look_through
from tests.views.weather import a_busy_day, own_jobs, with_known_queues

pytestmark = pytest.mark.slow

POLARIS = {"resource": "polaris"}


async def test_in_both_themes_and_all_widths(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_known_queues(monkeypatch)
    await own_jobs(drawing)
    await a_busy_day(local)
    for theme in THEMES:
        for width in WIDTHS:
            await draw(browser, drawing, "get_resource", POLARIS, theme=theme, width=width)
            await look_through(browser, "machine", theme, width)
            await draw(browser, drawing, "list_resources", {}, theme=theme, width=width)
            await look_through(browser, "machine-all", theme, width)
