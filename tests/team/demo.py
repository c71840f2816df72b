"""``python -m tests.team.demo``: a server for many people on this machine, and two people who use it.

Nothing of it needs an account: the facility, Globus Auth and PostgreSQL run here, for as long as the demo.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.types import ElicitResult
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from alcf_mcp.guard import NOTHING_SENT
from tests.conftest import Answered
from tests.postgres import postgres_server
from tests.team.browser import Browser
from tests.team.conftest import TeamServer, team_server

HELLO = {
    "resource": "polaris",
    "account": "LocalDemo",
    "queue": "debug",
    "walltime": "5m",
    "directory": "/eagle/LocalDemo",
}


class DemoFailed(Exception):
    """A step did not do what it should."""


class Walk:
    """Two people at work.

    Args:
        team: the server.
        console: where it is shown.
    """

    def __init__(self, team: TeamServer, console: Console) -> None:
        self.team = team
        self.console = console

    async def go(self) -> None:
        """Walk through it.

        Raises:
            DemoFailed: a step did not do what it should.
        """
        first = await self.submit("ada", "analysis", "echo analysis of Ada; sleep 60")
        await self.submit("bob", "training", "echo training of Bob; sleep 60")
        await self.see_own_jobs()
        await self.cancel_by_question("ada", first)
        second = await self.submit("ada", "second", "sleep 60")
        await self.cancel_by_page("ada", second)
        self.say(f"Each signed in once: {self.team.logins} sign-ins for two people.")
        passed = ", ".join(str(count) for count in self.team.balancer.passed.values())
        self.say(f"The replicas answered {passed} requests.")

    async def submit(self, login: str, name: str, script: str) -> str:
        """Submit a job."""
        self.say(f"{login} submits a job.")
        async with self.team.connected(login) as client:
            told = await self.call(login, client, "submit_job", **HELLO, name=name, script=script)
        return str(told.facts["job_id"])

    async def see_own_jobs(self) -> None:
        """Everybody lists their jobs, and sees nobody else's."""
        self.say("Each sees their own jobs only.")
        for login, own, others in (("ada", "analysis", "training"), ("bob", "training", "analysis")):
            async with self.team.connected(login) as client:
                told = await self.call(login, client, "list_jobs")
            if own not in told.text or others in told.text:
                raise DemoFailed(f"{login} sees {told.text}")

    async def cancel_by_question(self, login: str, job_id: str) -> None:
        """Cancel a job; the client asks, and the answer reaches the other replica."""
        self.say(f"{login} cancels a job; the client asks, and the other replica gets the answer.")

        async def answer(context: Any, params: Any) -> ElicitResult:
            self.console.print(Panel(escape(params.message), title="the question", border_style="yellow"))
            return ElicitResult(action="accept", content={"confirm": True})

        async with self.team.connected(login, elicitation_callback=answer) as client:
            told = await self.call(login, client, "cancel_job", job_id=job_id)
        if NOTHING_SENT in told.text:
            raise DemoFailed(told.text)

    async def cancel_by_page(self, login: str, job_id: str) -> None:
        """Cancel a job from a client that can't ask: its user approves it on the server's page."""
        self.say(f"{login} cancels the other job in a client that can't ask, and approves it on the page.")
        for replica in list(self.team.replicas):
            self.team.balancer.replicas.remove(replica.origin)
            replica.stop()
        self.team.start(ALCF_MCP_CONFIRM="human")
        async with self.team.connected(login, "legacy") as client, Browser(login) as browser:
            await self.call(login, client, "cancel_job", job_id=job_id)
            page = await browser.open(f"{self.team.origin}/approvals")
            await browser.submit(page, {"answer": "approve"})
            told = await self.call(login, client, "cancel_job", job_id=job_id)
        if NOTHING_SENT in told.text:
            raise DemoFailed(told.text)

    async def call(self, login: str, client: Client, tool: str, **arguments: Any) -> Answered:
        """Call a tool, and show what it answers."""
        told = Answered.of(await client.call_tool(tool, arguments))
        style = "red" if told.is_error else "green"
        self.console.print(Panel(escape(told.text[:600]), title=f"{login}: {tool}", border_style=style))
        if told.is_error:
            raise DemoFailed(told.text)
        return told

    def say(self, text: str) -> None:
        """Say what happens."""
        self.console.print(f"\n[bold]{escape(text)}[/]")


def main() -> int:
    """Run the demo; returns the exit status."""
    for name in [name for name in os.environ if name.startswith("ALCF_MCP_")]:
        del os.environ[name]
    os.environ["ALCF_MCP_CONFIG_FILE"] = os.devnull
    console = Console(highlight=False)
    console.print("Starting PostgreSQL, a facility for two people, Globus Auth, and two replicas …")
    try:
        database = postgres_server().new_database()
    except pytest.skip.Exception as reason:
        console.print(f"{reason}: one replica keeps its state in files instead.")
        database = None
    with TemporaryDirectory(prefix="alcf-mcp-team-") as root, team_server(Path(root), database) as team:
        for _ in range(2 if database else 1):
            team.start()
        console.print(f"It is at {team.url}.")
        try:
            anyio.run(Walk(team, console).go)
        except DemoFailed as error:
            console.print(f"[bold red]The demo failed:[/] {escape(str(error))}")
            return 1
    console.print("\n[bold green]Done.[/] How to run one for your group: docs/team-server.md.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
