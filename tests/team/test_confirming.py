"""What can't be undone is confirmed by the person concerned, once, whichever replica hears the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx
import pytest
from mcp.types import ElicitResult

from alcf_mcp.guard import NOTHING_SENT
from tests.conftest import Answered
from tests.postgres import postgres_server
from tests.team.browser import Browser, Form
from tests.team.conftest import TeamServer, team_server
from tests.team.test_sign_in import JOB

YES = ElicitResult(action="accept", content={"confirm": True})
SLEEP = JOB | {"script": "sleep 100", "name": "long"}


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    """Two replicas, for all tests of this module."""
    with team_server(tmp_path_factory.mktemp("team"), postgres_server().new_database()) as server:
        server.start()
        server.start()
        yield server


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    """Two replicas where only people's own answers count."""
    with team_server(tmp_path_factory.mktemp("strict"), postgres_server().new_database()) as server:
        server.environment["ALCF_MCP_CONFIRM"] = "human"
        server.start()
        server.start()
        yield server


@asynccontextmanager
async def running_job(team: TeamServer, login: str) -> AsyncIterator[str]:
    """A job of somebody's, which is still there."""
    async with team.connected(login) as client:
        submitted = Answered.of(await client.call_tool("submit_job", SLEEP))
        assert not submitted.is_error, submitted.text
    yield str(submitted.facts["job_id"])


@pytest.mark.parametrize(
    ("answer", "canceled"),
    [
        (YES, True),
        (ElicitResult(action="accept", content={"confirm": False}), False),
        (ElicitResult(action="decline"), False),
        (ElicitResult(action="cancel"), False),
    ],
)
async def test_an_answer_counts_on_the_other_replica(
    replicas: TeamServer, answer: ElicitResult, canceled: bool
) -> None:
    async def reply(context: Any, params: Any) -> ElicitResult:
        return answer

    async with running_job(replicas, "ada") as job_id:
        before = dict(replicas.balancer.passed)
        async with replicas.connected("ada", elicitation_callback=reply) as client:
            told = Answered.of(await client.call_tool("cancel_job", {"job_id": job_id}))
            after = dict(replicas.balancer.passed)
            state = Answered.of(await client.call_tool("get_job", {"job_id": job_id})).facts["state"]
    assert all(after[one] > before.get(one, 0) for one in after), "question and answer met different replicas"
    assert (NOTHING_SENT not in told.text) is canceled, told.text
    assert (state == "canceled") is canceled


async def test_a_code_counts_once_however_many_replicas_get_it_at_once(replicas: TeamServer) -> None:
    async with running_job(replicas, "ada") as job_id, replicas.connected("ada", "legacy") as client:
        preview = Answered.of(await client.call_tool("cancel_job", {"job_id": job_id}))
        code, told = preview.facts["confirmation"], list[str]()

        async def confirm() -> None:
            given = {"job_id": job_id, "confirmation": code}
            told.append(Answered.of(await client.call_tool("cancel_job", given)).text)

        async with anyio.create_task_group() as group:
            for _ in range(6):
                group.start_soon(confirm)
    assert len([text for text in told if NOTHING_SENT not in text]) == 1, told


async def test_somebody_elses_code_is_worth_nothing(replicas: TeamServer) -> None:
    async with running_job(replicas, "ada") as job_id:
        async with replicas.connected("ada", "legacy") as client:
            preview = Answered.of(await client.call_tool("cancel_job", {"job_id": job_id}))
        given = {"job_id": job_id, "confirmation": preview.facts["confirmation"]}
        async with replicas.connected("bob", "legacy") as client:
            told = Answered.of(await client.call_tool("cancel_job", given))
            assert told.is_error or NOTHING_SENT in told.text
        async with replicas.connected("ada", "legacy") as client:
            still = Answered.of(await client.call_tool("get_job", {"job_id": job_id}))
            assert still.facts["state"] != "canceled"


async def waiting(team: TeamServer, login: str, job_id: str) -> None:
    """Ask to cancel a job, by a client that can't ask its user."""
    async with team.connected(login, "legacy") as client:
        told = Answered.of(await client.call_tool("cancel_job", {"job_id": job_id}))
    assert f"on this server's page {team.origin}/approvals" in told.text


async def test_what_is_approved_on_the_page_is_carried_out_once(strict: TeamServer) -> None:
    async with running_job(strict, "ada") as job_id, Browser("ada") as browser:
        await waiting(strict, "ada", job_id)
        page = await browser.open(f"{strict.origin}/approvals")
        assert "Signed in as ada@alcf.anl.gov" in page.text
        assert job_id in page.text
        answered = await browser.submit(page, {"answer": "approve"})
        assert answered.is_redirect
        assert "Nothing is waiting" in (await browser.open(f"{strict.origin}/approvals")).text
        async with strict.connected("ada", "legacy") as client:
            done = Answered.of(await client.call_tool("cancel_job", {"job_id": job_id}))
            assert NOTHING_SENT not in done.text


async def test_what_is_refused_on_the_page_waits_no_more(strict: TeamServer) -> None:
    async with running_job(strict, "ada") as job_id, Browser("ada") as browser:
        await waiting(strict, "ada", job_id)
        await browser.submit(await browser.open(f"{strict.origin}/approvals"), {"answer": "refuse"})
        assert "Nothing is waiting" in (await browser.open(f"{strict.origin}/approvals")).text
        await waiting(strict, "ada", job_id)


async def test_nobody_sees_or_approves_what_somebody_else_is_asked(strict: TeamServer) -> None:
    async with running_job(strict, "ada") as job_id, Browser("ada") as hers, Browser("bob") as his:
        await waiting(strict, "ada", job_id)
        page = await hers.open(f"{strict.origin}/approvals")
        his_page = await his.open(f"{strict.origin}/approvals")
        assert "Nothing is waiting" in his_page.text
        code = Form(page.text).fields["code"]
        for token in (Form(page.text).fields["token"], ""):
            form = {"answer": "approve", "code": code, "token": token}
            sent = await his.http.post(f"{strict.origin}/approvals", data=form)
            assert sent.status_code == 403
        await waiting(strict, "ada", job_id)


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_a_form_of_another_site_approves_nothing(strict: TeamServer, origin: str) -> None:
    async with running_job(strict, "ada") as job_id, Browser("ada") as browser:
        await waiting(strict, "ada", job_id)
        page = await browser.open(f"{strict.origin}/approvals")
        form = Form(page.text).fields | {"answer": "approve"}
        sent = await browser.http.post(f"{strict.origin}/approvals", data=form, headers={"Origin": origin})
        assert sent.status_code == 403
        await waiting(strict, "ada", job_id)


async def test_the_page_can_be_framed_by_nobody_and_loads_nothing(strict: TeamServer) -> None:
    async with Browser("ada") as browser:
        page = await browser.open(f"{strict.origin}/approvals")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["Cache-Control"] == "no-store"


async def test_who_has_not_signed_in_is_sent_to_do_so(strict: TeamServer) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"{strict.origin}/approvals")
        assert answer.headers["Location"] == "/pages/sign-in?then=%2Fapprovals"
        http.cookies.set("alcf_session", "e30.e30.forged")
        answer = await http.get(f"{strict.origin}/approvals")
        assert answer.status_code == 303
        strange = await http.get(f"{strict.origin}/pages/callback?code=stolen&state=guessed")
        assert strange.status_code == 400


def test_a_state_directory_holds_nothing_of_anybodys_where_there_is_a_database(strict: TeamServer) -> None:
    found = [path for path in strict.root.glob("state-*/**/*") if path.is_file()]
    assert not [path for path in found if path.suffix == ".sqlite"], found
