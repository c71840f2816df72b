"""The page where people approve, in a real browser that runs no scripts."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from alcf_mcp.guard import NOTHING_SENT
from tests.conftest import Answered
from tests.team.conftest import TeamServer, team_server
from tests.threads import served
from tests.views.browser import Browser

pytestmark = pytest.mark.slow

CHMOD = {"path": "/eagle/LocalDemo", "mode": "700"}

TEXT = "return page.locator('body').innerText()"
CLICK = "await page.getByRole('button', { name: given, exact: true }).click()"
FIELD = "return page.locator(`input[name=${given}]`).first().getAttribute('value')"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TeamServer]:
    """A replica where only people's own answers count."""
    with team_server(tmp_path, None) as server:
        server.start(ALCF_MCP_CONFIRM="human")
        yield server


async def requested(server: TeamServer) -> Answered:
    """Request a change from a client that can't ask its user."""
    async with server.connected("ada", "legacy") as client:
        return Answered.of(await client.call_tool("chmod", CHMOD))


async def signed_in(browser: Browser, server: TeamServer) -> str:
    """Sign in to the page, and return what it says."""
    await browser.visit(f"{server.origin}/approvals", scripts=False)
    await browser.run("await page.getByText(given).first().click()", "ada")
    return str(await browser.run(TEXT))


async def test_what_waits_is_approved_without_scripts(browser: Browser, server: TeamServer) -> None:
    assert NOTHING_SENT in (await requested(server)).text
    shown = await signed_in(browser, server)
    assert "Signed in as ada@alcf.anl.gov" in shown
    assert "chmod, requested by" in shown
    assert "/eagle/LocalDemo: rwxr-xr-x (755) -> rwx------ (700)" in shown
    await browser.run(CLICK, "Approve")
    assert "Nothing is waiting." in await browser.run(TEXT)
    assert NOTHING_SENT not in (await requested(server)).text
    place = server.facility._facilities["ada"].tree.locate(CHMOD["path"])
    assert place.stat().st_mode & 0o777 == 0o700


async def test_what_is_refused_is_not_done(browser: Browser, server: TeamServer) -> None:
    await requested(server)
    await signed_in(browser, server)
    await browser.run(CLICK, "Refuse")
    assert "Nothing is waiting." in await browser.run(TEXT)
    assert NOTHING_SENT in (await requested(server)).text


async def test_a_form_of_another_site_is_refused(browser: Browser, server: TeamServer) -> None:
    """Even of one that the cookie goes to, as it differs in its port only, and that knows all fields."""
    await requested(server)
    await signed_in(browser, server)
    fields = {name: str(await browser.run(FIELD, name)) for name in ("token", "code")}
    for given in (fields, fields | {"token": ""}):
        with served(foreign_site(f"{server.origin}/approvals", given)) as elsewhere:
            await browser.run("await page.goto(given)", elsewhere)
            await browser.run(CLICK, "You have won")
            assert "not sent from a page of this server" in await browser.run(TEXT)
    await browser.run("await page.goto(given)", f"{server.origin}/approvals")
    assert "chmod, requested by" in await browser.run(TEXT), "it still waits"
    assert NOTHING_SENT in (await requested(server)).text


def foreign_site(action: str, fields: dict[str, str]) -> Starlette:
    """A page that has a visitor approve something, once they click."""
    inputs = "".join(f'<input type="hidden" name="{name}" value="{escape(fields[name])}">' for name in fields)
    button = '<button name="answer" value="approve">You have won</button>'

    async def page(request: Request) -> Any:
        return HTMLResponse(f'<form method="post" action="{action}">{inputs}{button}</form>')

    return Starlette(routes=[Route("/", page)])
