"""The views as pages of the server for many people, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from mcp.types import ElicitResult

from tests.conftest import Answered
from tests.team.conftest import TeamServer, team_server
from tests.team.test_confirming import SLEEP, YES
from tests.views.browser import Browser
from tests.views.drawing import PICTURES, THEMES, WIDTHS

pytestmark = pytest.mark.slow

VIEW = "page.frameLocator('iframe')"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    """One replica, for all tests of this module."""
    with team_server(tmp_path_factory.mktemp("pages"), None) as server:
        server.start()
        yield server


async def visit(browser: Browser, server: TeamServer, path: str, login: str = "ada", **looks: Any) -> None:
    """Open a page in the browser of somebody who is signed in at Globus."""
    hosts = [urlsplit(url).netloc for url in (server.origin, server.facility_url)]
    cookie = {"name": "person", "value": login, "domain": "127.0.0.1", "path": "/"}
    looks = {"width": 720, "scheme": "light"} | looks
    await browser.visit(f"{server.origin}{path}", hosts=hosts, cookies=[cookie], **looks)


async def drawn(browser: Browser, text: str) -> None:
    """Wait until the view shows something."""
    await browser.run(f"await {VIEW}.getByText(given).first().waitFor()", text)


async def submitted(server: TeamServer, name: str) -> str:
    """A job of Ada's that runs; she agrees to it if she is asked."""

    async def agree(context: Any, params: Any) -> ElicitResult:
        return YES

    async with server.connected("ada", elicitation_callback=agree) as client:
        job = Answered.of(await client.call_tool("submit_job", SLEEP | {"name": name}))
        assert not job.is_error, job.text
        return str(job.facts["job_id"])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
async def test_a_person_sees_their_jobs(browser: Browser, server: TeamServer, theme: str, width: int) -> None:
    name = f"hers-{theme}-{width}"
    await submitted(server, name)
    await visit(browser, server, "/views/list_jobs", scheme=theme, width=width)
    await drawn(browser, name)
    assert await browser.noted() == {"requests": [], "errors": []}
    assert [found for found in await browser.audit() if found["impact"] in ("serious", "critical")] == []
    assert await browser.run("return page.evaluate(() => document.documentElement.scrollWidth)") <= width
    await browser.run(
        "await page.screenshot({ path: given, fullPage: true })",
        str(PICTURES / f"page-list_jobs-{theme}-{width}.png"),
    )
    scrolls = "document.documentElement.scrollHeight > document.documentElement.clientHeight + 1"
    assert not await browser.read(scrolls), "the frame is as high as the view"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("list_projects", "LocalDemo"),
        ("list_resources", "Polaris"),
        ("get_resource?resource=polaris", "Polaris"),
        ("list_directory?path=/eagle/LocalDemo", "LocalDemo"),
    ],
)
async def test_each_view_is_a_page(browser: Browser, server: TeamServer, path: str, text: str) -> None:
    await visit(browser, server, f"/views/{path}")
    await drawn(browser, text)
    await browser.run(
        "await page.screenshot({ path: given, fullPage: true })",
        str(PICTURES / f"page-{path.partition('?')[0]}.png"),
    )
    assert await browser.noted() == {"requests": [], "errors": []}


async def test_a_view_begins_a_change_and_the_page_asks(browser: Browser, server: TeamServer) -> None:
    job_id = await submitted(server, "to-cancel")
    await visit(browser, server, f"/views/get_job?job_id={job_id}")
    for answer, told in (("No", "Nothing was"), ("Yes, do it", "canceled")):
        await browser.run(f"await {VIEW}.getByRole('button', {{ name: /^Cancel/ }}).first().click()")
        await browser.run("await page.locator('dialog[open]').waitFor()")
        assert job_id in await browser.run("return page.locator('dialog pre').innerText()")
        await browser.run("await page.getByRole('button', { name: given }).click()", answer)
        await drawn(browser, told)
    async with server.connected("ada") as client:
        job = Answered.of(await client.call_tool("get_job", {"job_id": job_id}))
    assert job.facts["state"] == "canceled"
    assert await browser.noted() == {"requests": [], "errors": []}


async def test_who_signs_out_has_to_sign_in_again(browser: Browser, server: TeamServer) -> None:
    await visit(browser, server, "/views/list_jobs", "bob")
    await browser.run(f"await {VIEW}.locator('#view > header').waitFor()")
    await browser.run("await page.getByRole('button', { name: 'Sign out' }).click()")
    assert "You are signed out" in await browser.run("return page.content()")
    cookies = await browser.run("return page.context().cookies()")
    assert "alcf_session" not in {cookie["name"] for cookie in cookies}


@pytest.fixture
def careful(tmp_path: Path) -> Iterator[TeamServer]:
    """A replica that counts everything as much."""
    with team_server(tmp_path, None) as server:
        server.start(ALCF_MCP_ASK_NODE_HOURS="0")
        yield server


async def test_a_word_is_typed_where_much_is_at_stake(browser: Browser, careful: TeamServer) -> None:
    job_id = await submitted(careful, "precious")
    await visit(browser, careful, f"/views/get_job?job_id={job_id}")
    word = job_id.partition(".")[0]
    for typed, told in (("yes", "Nothing was"), (word, "canceled")):
        await browser.run(f"await {VIEW}.getByRole('button', {{ name: /^Cancel/ }}).first().click()")
        label = await browser.run("return page.locator('dialog label').innerText()")
        assert f"type {word} to continue" in label
        await browser.run("await page.locator('dialog input').fill(given)", typed)
        await browser.run("await page.getByRole('button', { name: 'Yes, do it' }).click()")
        await drawn(browser, told)
