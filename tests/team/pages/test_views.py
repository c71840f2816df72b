"""The views as pages: each shows what is the visitor's own, and nothing else gets through their session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from alcf_mcp.postgres.database import opened
from alcf_mcp.postgres.members import Members
from tests.conftest import Answered
from tests.postgres import postgres_server
from tests.team.browser import Browser, Form
from tests.team.conftest import TeamServer, team_server
from tests.team.plain_client import META
from tests.team.test_sign_in import JOB


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    """Two replicas, for all tests of this module."""
    database = postgres_server().new_database()
    with team_server(tmp_path_factory.mktemp("views"), database, people=("ada", "bob", "cyd")) as server:
        server.start()
        server.start()
        yield server


class Page:
    """A page with a view, and what its script can ask."""

    def __init__(self, browser: Browser, server: TeamServer, html: str) -> None:
        self.browser, self.server, self.html = browser, server, html
        self.token = Form(html).fields["token"]

    @classmethod
    async def opened(cls, browser: Browser, server: TeamServer, path: str = "list_jobs") -> Page:
        answer = await browser.open(f"{server.origin}/views/{path}")
        assert answer.status_code == 200, answer.text
        return cls(browser, server, answer.text)

    async def ask(self, tool: str, arguments: Any, headers: Any = None, **more: Any) -> httpx.Response:
        message = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"_meta": META, "name": tool, "arguments": arguments, **more},
        }
        sent = {
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2026-07-28",
            "Mcp-Method": "tools/call",
            "Mcp-Name": tool,
            "Origin": self.server.origin,
            "X-Page-Token": self.token,
        }
        url = f"{self.server.origin}/views/mcp"
        return await self.browser.http.post(url, json=message, headers=sent | (headers or {}))

    async def call(self, tool: str, arguments: Any, **more: Any) -> dict[str, Any]:
        answer = await self.ask(tool, arguments, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]  # type: ignore[no-any-return]


async def test_who_signs_in_comes_back_to_the_page_that_they_asked_for(server: TeamServer) -> None:
    async with Browser("ada") as ada:
        page = await Page.opened(ada, server, "get_job?job_id=7.polaris")
        assert "Signed in as ada@alcf.anl.gov" in page.html
        assert "7.polaris" in page.html
        policy = (await ada.open(f"{server.origin}/views/list_jobs")).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy.partition("script-src")[2]


async def test_a_page_calls_tools_as_the_person_who_looks_at_it(server: TeamServer) -> None:
    """No assistant of theirs is signed in to this server."""
    async with Browser("ada") as ada, Browser("bob") as bob:
        adas, bobs = await Page.opened(ada, server), await Page.opened(bob, server)
        submitted = await adas.call("submit_job", JOB | {"name": "hers"})
        assert not submitted["isError"], submitted
        hers, his = [await page.call("list_jobs", {}) for page in (adas, bobs)]
        assert [job["name"] for job in hers["structuredContent"]["jobs"]] == ["hers"]
        assert his["structuredContent"]["jobs"] == []
        who = await bobs.call("auth_status", {})
        assert who["structuredContent"]["identity"].startswith("bob@")


async def test_what_can_not_be_undone_is_asked_and_the_answer_is_its_persons(server: TeamServer) -> None:
    chmod = {"path": "/eagle/LocalDemo/work", "mode": "700"}
    async with Browser("ada") as ada, Browser("bob") as bob:
        adas, bobs = await Page.opened(ada, server), await Page.opened(bob, server)
        for page in (adas, bobs):
            await page.call("make_directory", {"path": "/eagle/LocalDemo/work"})
        asked = await adas.call("chmod", chmod)
        (key,) = asked["inputRequests"]
        yes = {"inputResponses": {key: {"action": "accept", "content": {"confirm": True}}}}
        given = yes | {"requestState": asked["requestState"]}
        assert "inputRequests" in await bobs.call("chmod", chmod, **given), "bob is asked himself"
        done = await adas.call("chmod", chmod, **given)
        assert "inputRequests" not in done
        assert not done["isError"], done


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Page-Token": ""}, 403),
        ({"X-Page-Token": "0" * 64}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Cookie": ""}, 401),
        ({"Cookie": "alcf_session=forged"}, 401),
    ],
)
async def test_no_other_site_can_call_a_tool(server: TeamServer, headers: Any, status: int) -> None:
    async with Browser("ada") as ada:
        page = await Page.opened(ada, server)
        if "Cookie" in headers:
            ada.http.cookies.clear()
        assert (await page.ask("list_jobs", {}, headers)).status_code == status


async def test_somebody_elses_token_opens_nothing(server: TeamServer) -> None:
    async with Browser("ada") as ada, Browser("bob") as bob:
        token = (await Page.opened(ada, server)).token
        answer = await (await Page.opened(bob, server)).ask("list_jobs", {}, {"X-Page-Token": token})
        assert answer.status_code == 403


@pytest.mark.parametrize("tool", ["cancel_job", "submit_job", "auth_status", "no_such_tool", "mcp"])
async def test_only_what_changes_nothing_and_is_drawn_has_a_page(server: TeamServer, tool: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{server.origin}/views/{tool}")).status_code in (404, 405)
        assert (await http.get(f"{server.origin}/views/{tool}/drawing")).status_code == 404


async def test_the_view_is_in_a_frame_that_reaches_nothing(server: TeamServer) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        drawing = await http.get(f"{server.origin}/views/list_jobs/drawing")
    policy = drawing.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'; script-src 'sha256-")
    assert "connect-src" not in policy
    assert "frame-ancestors 'self'" in policy


async def test_what_is_missing_is_asked_for_by_a_form(server: TeamServer) -> None:
    async with Browser("ada") as ada:
        page = await ada.open(f"{server.origin}/views/get_job?nothing=of+its")
        form = Form(page.text)
        assert (form.action, [*form.fields]) == ("/views/get_job", ["job_id"])


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/views/x",
        "//evil.example/views/",
        "/mcp",
        "javascript:alert(1)",
        "/\\evil.example",
    ],
)
async def test_the_sign_in_leads_to_pages_of_this_server_only(server: TeamServer, wanted: str) -> None:
    async with Browser("ada") as ada:
        answer = await ada.open(str(httpx.URL(f"{server.origin}/pages/sign-in", params={"then": wanted})))
        assert str(answer.request.url) == f"{server.origin}/approvals"


async def test_who_only_visits_is_recorded_and_takes_no_assistants_place(server: TeamServer) -> None:
    database = SecretStr(server.environment["ALCF_MCP_DATABASE_URL"])
    async with Browser("cyd") as cyd:
        assert not (await (await Page.opened(cyd, server)).call("list_jobs", {}))["isError"]
        with opened(database) as seen:
            (visiting,) = [one for one in await Members(seen).seen() if one.username == "cyd@alcf.anl.gov"]
        async with server.connected("cyd") as client:
            await client.call_tool("list_jobs", {})
        await (await Page.opened(cyd, server)).call("list_jobs", {})
        with opened(database) as seen:
            (lasting,) = [one for one in await Members(seen).seen() if one.username == "cyd@alcf.anl.gov"]
    assert lasting.sign_in != visiting.sign_in


async def test_a_bearer_token_beside_a_session_changes_nothing(server: TeamServer) -> None:
    async with Browser("ada") as ada:
        bobs = {"Authorization": f"Bearer {await server.token_of('bob')}"}
        answer = await (await Page.opened(ada, server)).ask("auth_status", {}, bobs)
        assert answer.json()["result"]["structuredContent"]["identity"].startswith("ada@")


async def test_what_is_sent_after_a_visit_is_said_not_to_be_done(server: TeamServer) -> None:
    async with Browser("ada") as ada:
        page = await Page.opened(ada, server)
        ada.http.cookies.clear()
        sent = await ada.http.post(f"{server.origin}/approvals", data={"token": page.token, "code": "x"})
        assert sent.status_code == 401
        assert "Nothing was done" in sent.text
        out = await ada.http.post(f"{server.origin}/pages/sign-out", data={"token": page.token})
        assert "signed out" in out.text, "and is not signed in again"


async def test_who_signs_out_is_out_whoever_has_kept_the_cookie(server: TeamServer) -> None:
    async with Browser("ada") as ada, server.connected("ada") as client:
        page = await Page.opened(ada, server)
        kept = dict(ada.http.cookies)
        sign_out = f"{server.origin}/pages/sign-out"
        foreign = await ada.http.post(sign_out, data={"token": "0" * 64})
        assert foreign.status_code == 403
        assert "signed out" in (await ada.http.post(sign_out, data={"token": page.token})).text
        ada.http.cookies.update(kept)
        assert (await page.ask("list_jobs", {})).status_code == 401
        assert not Answered.of(await client.call_tool("list_jobs", {})).is_error, "the assistant is not"
