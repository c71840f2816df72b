"""Several people at one address, each on their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anyio
import httpx
import pytest
from pydantic import ValidationError

from alcf_mcp.auth.causes import EXPIRED, NOT_ACTIVE, SESSION_OVER, WRONG_PROVIDER, Cause, cause_of
from alcf_mcp.auth.clients import RESOURCE_SERVER
from alcf_mcp.local import LocalSettings
from alcf_mcp.local.catalog import EAGLE, HOME, POLARIS
from alcf_mcp.local.problems import Problem
from alcf_mcp.local.shared import SharedFacility
from alcf_mcp.local.sign_in import LocalGlobus
from alcf_mcp.local.team import TeamFacility
from tests.local.conftest import PROJECT, QUICK
from tests.local.sign_in.conftest import ORIGIN, REDIRECT, Team, team

__all__ = ["team"]


async def test_two_at_once_each_see_their_own(team: Team) -> None:
    ada, bob = await team.api_of("ada"), await team.api_of("bob")
    jobs: dict[str, str] = {}

    async def work(name: str) -> None:
        api = ada if name == "ada" else bob
        jobs[name] = await api.submit(f"echo {name}")
        assert await api.stdout(jobs[name]) == f"{name}\n"

    async with anyio.create_task_group() as group:
        group.start_soon(work, "ada")
        group.start_soon(work, "bob")
    for api, name in ((ada, "ada"), (bob, "bob")):
        listed = (await api.http.post(f"/compute/status/{POLARIS.id}?historical=true")).json()
        assert [job["id"] for job in listed] == [jobs[name]]
        names = {entry["name"] for entry in await api.output("GET", "ls", path=PROJECT)}
        assert names == {f"{jobs[name]}.OU", f"{jobs[name]}.ER"}
        projects = (await api.get("/account/projects")).json()
        assert {user for project in projects for user in project["user_ids"]} == {name}


async def test_a_job_of_somebody_else_is_unknown(team: Team) -> None:
    ada, bob = await team.api_of("ada"), await team.api_of("bob")
    job = await ada.submit("sleep 60")
    await bob.submit("sleep 60")  # the same number, counted on its own
    looked = await bob.get(f"/compute/status/{POLARIS.id}/{job}")
    assert (looked.status_code, looked.json()["detail"]) == (400, f"Job {job} not found.")
    assert (await bob.http.delete(f"/compute/cancel/{POLARIS.id}/{job}")).status_code == 500
    await ada.reaches(job, "active")


async def test_a_home_of_somebody_else_is_closed(team: Team) -> None:
    ada, bob = await team.api_of("ada"), await team.api_of("bob")
    await ada.output("POST", "mkdir", path="/home/ada/secret")
    assert await bob.error("GET", "ls", path="/home/ada/secret")
    assert [entry["name"] for entry in await ada.output("GET", "ls", path="/home/ada")] == ["secret"]


async def test_a_task_of_somebody_else_is_unknown(team: Team) -> None:
    ada, bob = await team.api_of("ada"), await team.api_of("bob")
    task = (await ada.get(f"/filesystem/ls/{HOME.id}", path="/home/ada")).json()["task_id"]
    assert (await bob.get(f"/task/{task}")).status_code == 404
    assert (await ada.ended(task))["status"] == "completed"


async def test_what_is_public_needs_no_token(team: Team) -> None:
    for path in ("/api/v1/facility", "/api/v1/status/resources", "/api/v1/account/capabilities"):
        assert (await team.http.get(path)).status_code == 200, path
        stale = {"Authorization": "Bearer stale"}
        assert (await team.http.get(path, headers=stale)).status_code == 200, path
    assert (await team.http.get("/polaris/activity.json")).status_code == 200


@pytest.mark.parametrize("path", ["/account/projects", f"/filesystem/ls/{EAGLE.id}?path=/eagle", "/task"])
async def test_what_is_not_public_needs_one(team: Team, path: str) -> None:
    answer = await team.http.get(f"/api/v1{path}")
    assert (answer.status_code, answer.json()["detail"]) == (401, "Not authenticated")


def expired(globus: LocalGlobus) -> None:
    globus.tokens.expire("ada")


def revoked(globus: LocalGlobus) -> None:
    globus.tokens.revoke_all("ada")


def seven_days_later(globus: LocalGlobus) -> None:
    globus.tokens.end_sessions("ada")


def policy_fails(globus: LocalGlobus) -> None:
    globus.policy_passes = False


@pytest.mark.parametrize(
    ("happens", "cause"),
    [
        (expired, EXPIRED),
        (revoked, NOT_ACTIVE),
        (seven_days_later, SESSION_OVER),
        (policy_fails, SESSION_OVER),
    ],
)
async def test_a_token_that_is_over_is_refused_with_its_cause(
    team: Team, happens: Callable[[LocalGlobus], None], cause: Cause
) -> None:
    ada, bob = await team.api_of("ada"), await team.api_of("bob")
    happens(team.facility.globus)
    answer = await ada.get("/account/projects")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert cause_of(answer.json()["detail"]) == cause
    others = 401 if happens is policy_fails else 200
    assert (await bob.get("/account/projects")).status_code == others


async def test_tokens_for_something_else_are_none(team: Team) -> None:
    tokens = await team.tokens_of("ada")
    own = (await team.facility.of("ada")).token.get_secret_value()
    for given in (tokens["auth.globus.org"]["access_token"], tokens[RESOURCE_SERVER]["refresh_token"], own):
        answer = await team.http.get("/api/v1/task", headers={"Authorization": f"Bearer {given}"})
        assert answer.status_code == 401
        assert cause_of(answer.json()["detail"]) == NOT_ACTIVE


async def test_an_error_within_running_stays_what_it_is(tmp_path: Path) -> None:
    async def nobody(_: str) -> str:
        raise Problem(401, "Nobody is known.")

    facility = SharedFacility(LocalSettings(root=tmp_path, **QUICK), nobody)
    with pytest.raises(KeyError):
        async with facility.running():
            raise KeyError


async def test_what_one_left_is_there_after_a_restart(team: Team) -> None:
    job = await (await team.api_of("ada")).submit("echo kept")
    again = TeamFacility(team.facility.settings, team.facility.globus.people, redirect_uris=[REDIRECT])
    transport = httpx.ASGITransport(again.app)
    async with again.running(), httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        restarted = Team(again, http)
        assert restarted.facility.client_secret == team.facility.client_secret
        assert await (await restarted.api_of("ada")).stdout(job) == "kept\n"


async def test_a_name_that_is_no_login_name_opens_nothing(team: Team) -> None:
    with pytest.raises(ValidationError):
        await team.facility.of("../ada")


async def test_who_runs_it_learns_that_jobs_can_see_each_other(team: Team) -> None:
    assert "other people's directories" in team.facility.announcement("http://127.0.0.1:1/api/v1")[-1]


async def test_an_account_elsewhere_is_not_one_at_alcf(team: Team) -> None:
    token = (await team.tokens_of("eve"))[RESOURCE_SERVER]["access_token"]
    answer = await team.http.get("/api/v1/task", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert cause_of(answer.json()["detail"]) == WRONG_PROVIDER
