"""People sign in by their own clients, once, and call tools on every replica."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Answered
from tests.team.conftest import TeamServer

JOB = {
    "resource": "polaris",
    "script": "echo hello",
    "name": "hello",
    "account": "LocalDemo",
    "queue": "debug",
    "walltime": "1m",
    "directory": "/eagle/LocalDemo",
}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_one_sign_in_serves_all_replicas(team: TeamServer, mode: Any) -> None:
    async with team.connected("ada", mode) as client:
        told = Answered.of(await client.call_tool("auth_status", {}))
        assert "ada@alcf.anl.gov" in told.text
        submitted = Answered.of(await client.call_tool("submit_job", JOB))
        assert not submitted.is_error, submitted.text
        for _ in range(4):
            seen = Answered.of(await client.call_tool("get_job", {"job_id": submitted.facts["job_id"]}))
            assert not seen.is_error, seen.text
    assert team.logins == 1
    assert all(team.balancer.passed[replica.origin] > 1 for replica in team.replicas)


async def test_the_client_never_sees_a_globus_token_and_no_log_has_any(team: TeamServer) -> None:
    token = await team.token_of("ada")
    globus = team.facility.globus.tokens
    secrets = [token, team.environment["ALCF_MCP_GLOBUS_CLIENT_SECRET"], *all_tokens(globus)]
    assert len(secrets) > 3
    for replica in team.replicas:
        assert not [secret for secret in secrets if secret in replica.said]
    tokens = team.storages["ada"].tokens
    assert tokens
    assert not set(all_tokens(globus)) & {tokens.access_token, tokens.refresh_token}


async def test_one_replica_without_a_database_keeps_people_apart_in_files(one_replica: TeamServer) -> None:
    async with one_replica.connected("ada") as ada, one_replica.connected("bob") as bob:
        mine = Answered.of(await ada.call_tool("submit_job", JOB))
        assert not mine.is_error, mine.text
        assert "No jobs" in Answered.of(await bob.call_tool("list_jobs", {})).text
    people = one_replica.root / "state-0" / "people"
    assert len([*people.glob("*/alcf-journal.sqlite")]) == 2


def all_tokens(tokens: Any) -> list[str]:
    """Every token that the local Globus Auth has given out."""
    return [*tokens.access, *tokens.refresh]
