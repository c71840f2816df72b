"""Answers that come too late, twice, at another replica, or after what they are about has changed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp.types import ElicitResult
from pydantic import SecretStr

from alcf_mcp.guard import NOTHING_SENT
from alcf_mcp.journal.approvals import SECONDS
from tests.conftest import DECLINE, YES, Answered, Era, hide_settings
from tests.postgres import name_of, postgres_server
from tests.team.browser import Browser
from tests.team.conftest import TeamServer, team_server
from tests.team.plain_client import PlainClient, answer_to, with_answer
from tests.team.test_crashes import facility_of
from tests.team.test_sign_in import JOB


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamServer]:
    """Two replicas, for all tests of this module."""
    root, database = tmp_path_factory.mktemp("late"), postgres_server().new_database()
    with pytest.MonkeyPatch.context() as patch:
        hide_settings(patch, root)
        with team_server(root, database) as server:
            server.start()
            server.start()
            yield server
    postgres_server().run(f"DROP DATABASE {name_of(database)} WITH (FORCE)")


def let_ten_minutes_pass(server: TeamServer) -> None:
    """Make what is waiting for an answer older."""
    database = name_of(SecretStr(server.environment["ALCF_MCP_DATABASE_URL"]))
    aged = f"UPDATE approvals SET asked_at = asked_at - {SECONDS}, approved_at = approved_at - {SECONDS}"
    postgres_server().run(aged, database=database)


async def dismiss(context: Any, params: Any) -> ElicitResult:
    return ElicitResult(action="cancel")


@dataclass(frozen=True)
class Directory:
    """A directory of Ada's."""

    server: TeamServer
    path: str

    @property
    def place(self) -> Path:
        return facility_of(self.server, "ada").tree.locate(self.path)

    @property
    def mode(self) -> str:
        return f"{self.place.stat().st_mode & 0o777:o}"

    @property
    def chmod(self) -> dict[str, str]:
        return {"path": self.path, "mode": "700"}

    async def dismissed(self, mode: str) -> Answered:
        """A call whose question was dismissed, so that it waits on the page."""
        self.place.chmod(int(mode, 8))
        async with self.server.connected("ada", elicitation_callback=dismiss) as client:
            return Answered.of(await client.call_tool("chmod", self.chmod))


@pytest.fixture
async def directory(server: TeamServer) -> Directory:
    """A directory that no other test asks about."""
    path = f"/eagle/LocalDemo/{secrets.token_hex(4)}"
    async with server.connected("ada") as client:
        await client.call_tool("make_directory", {"path": path})
    return Directory(server, path)


async def test_an_approval_that_comes_too_late_approves_nothing_and_says_so(
    server: TeamServer, directory: Directory
) -> None:
    page = f"{server.origin}/approvals"
    async with Browser("ada") as browser:
        assert (await directory.dismissed("755")).facts["outcome"] == "dismissed"
        shown = await browser.open(page)
        assert directory.path in shown.text
        let_ten_minutes_pass(server)
        late = await browser.submit(shown, {"answer": "approve"})
        assert late.status_code == 409
        assert "Nothing was approved or refused" in late.text
        assert "Nothing is waiting" in late.text
        assert (await directory.dismissed("755")).facts["outcome"] == "dismissed", "it is asked again"
        again = await browser.open(page)
        assert (await browser.submit(again, {"answer": "approve"})).status_code == 303
        let_ten_minutes_pass(server)
        assert (await directory.dismissed("755")).facts["outcome"] == "dismissed", "the call came too late"
    assert directory.mode == "755"


async def test_an_approval_holds_only_for_what_was_shown(server: TeamServer, directory: Directory) -> None:
    async with Browser("ada") as browser:
        await directory.dismissed("755")
        shown = await browser.open(f"{server.origin}/approvals")
        await browser.submit(shown, {"answer": "approve"})
        assert (await directory.dismissed("750")).facts["outcome"] == "dismissed", "750 to 700 was not shown"
        assert directory.mode == "750"


async def test_facts_that_change_between_two_replicas_are_asked_about_anew(
    server: TeamServer, directory: Directory
) -> None:
    place, questions = directory.place, list[str]()
    place.chmod(0o755)

    async def answer(context: Any, params: Any) -> ElicitResult:
        questions.append(params.message)
        if len(questions) > 1:
            return DECLINE
        place.chmod(0o750)
        return YES

    before = dict(server.balancer.passed)
    async with server.connected("ada", elicitation_callback=answer) as client:
        told = Answered.of(await client.call_tool("chmod", directory.chmod))
    assert all(server.balancer.passed[one] > before.get(one, 0) for one in server.balancer.replicas)
    assert "(755) -> rwx------ (700)" in questions[0]
    assert "(750) -> rwx------ (700)" in questions[1]
    assert NOTHING_SENT in told.text
    assert directory.mode == "750"


async def test_a_job_that_ends_during_the_question_is_not_canceled(server: TeamServer) -> None:
    async with server.connected("ada") as client:
        job = Answered.of(await client.call_tool("submit_job", JOB | {"script": "sleep 100"}))
    facility = facility_of(server, "ada")
    canceled = facility.faults.count("DELETE", "/compute/cancel/")

    given = {"job_id": job.facts["job_id"]}

    async def answer(context: Any, params: Any) -> ElicitResult:
        await facility.end_jobs()
        async with server.connected("ada") as other:
            for _ in range(200):  # the facility reports it a little later
                if Answered.of(await other.call_tool("get_job", given)).facts["state"] != "active":
                    break
                await anyio.sleep(0.05)
        return YES

    async with server.connected("ada", elicitation_callback=answer) as client:
        told = Answered.of(await client.call_tool("cancel_job", given))
    assert NOTHING_SENT in told.text
    assert facility.faults.count("DELETE", "/compute/cancel/") == canceled


async def test_an_answer_that_both_replicas_get_counts_once(server: TeamServer, era: Era) -> None:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        ada = PlainClient(server.url, await server.token_of("ada"), era, http)
        job = (await ada.call("submit_job", JOB | {"script": "sleep 100"}))["structuredContent"]["job_id"]
        facility = facility_of(server, "ada")
        before, canceled = dict(server.balancer.passed), facility.faults.count("DELETE", "/compute/cancel/")
        given = with_answer({"job_id": job}, answer_to(await ada.call("cancel_job", {"job_id": job})))
        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(lambda: ada.call("cancel_job", **given))
        assert all(server.balancer.passed[one] > before.get(one, 0) for one in server.balancer.replicas)
        assert facility.faults.count("DELETE", "/compute/cancel/") == canceled + 1
