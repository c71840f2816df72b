"""Whom the operator disallows is refused by every replica, while they are connected."""

from __future__ import annotations

import os
import subprocess
import sys

import anyio
import anyio.to_thread
import httpx

from tests.conftest import Answered
from tests.team.browser import Browser
from tests.team.conftest import MOST_SECONDS, TeamServer
from tests.team.oauth_client import SteppingClient


def admin(team: TeamServer, *arguments: str) -> str:
    """Run the operator's command, which knows nothing but the database."""
    url = {"ALCF_MCP_DATABASE_URL": team.environment["ALCF_MCP_DATABASE_URL"]}
    command = [sys.executable, "-m", "alcf_mcp", "admin", "users", *arguments]
    done = subprocess.run(command, env=os.environ | url, capture_output=True, text=True, check=True)
    return done.stdout


async def until_refused(client: SteppingClient, origin: str, token: str) -> None:
    """Call one replica until it refuses."""
    host = client.origin.removeprefix("http://")
    with anyio.fail_after(MOST_SECONDS):
        while True:
            answer = await SteppingClient(origin, http=client.http).asks(token, Host=host)
            assert answer.status_code in (200, 401), answer.text
            if answer.status_code == 401:
                return
            await anyio.sleep(0.2)


async def test_somebody_who_is_connected_is_disallowed(team: TeamServer) -> None:
    async with (
        SteppingClient(team.origin) as adas,
        SteppingClient(team.origin) as bobs,
        Browser("ada") as browser,
    ):
        hers, his = await adas.tokens_of("ada"), await bobs.tokens_of("bob")
        assert "Signed in as ada" in (await browser.open(f"{team.origin}/approvals")).text
        for _ in team.replicas:
            assert (await adas.asks(hers["access_token"])).status_code == 200
        told = await anyio.to_thread.run_sync(admin, team, "disallow", "ADA@alcf.anl.gov")
        assert "may not use the server" in told
        for replica in team.replicas:
            await until_refused(adas, replica.origin, hers["access_token"])
        refused = await adas.renew(hers["refresh_token"])
        assert refused.is_client_error
        assert refused.json()["error"] == "invalid_grant"
        assert "may not use this server" in (await browser.open(f"{team.origin}/approvals")).text
        assert "ada@alcf.anl.gov" in await anyio.to_thread.run_sync(admin, team)
        await is_not_let_in(adas)
        for _ in team.replicas:
            assert (await bobs.asks(his["access_token"])).status_code == 200, "nobody else is concerned"
        await anyio.to_thread.run_sync(admin, team, "allow", "ada@alcf.anl.gov")
        async with team.connected("ada") as client:
            assert "ada@alcf.anl.gov" in Answered.of(await client.call_tool("auth_status", {})).text


async def is_not_let_in(client: SteppingClient) -> None:
    """A new sign-in leads to no token."""
    async with Browser("ada") as browser:
        answer: httpx.Response = await client.exchange(await client.code(browser))
    assert answer.is_client_error
    assert "ada@alcf.anl.gov may not use this server" in answer.text
