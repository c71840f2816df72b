"""The demo's workflow: what an assistant would do, over a real MCP connection."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

SCRIPT = """\
#!/bin/bash
echo "Hello from job $PBS_JOBID on $(sort -u "$PBS_NODEFILE" | wc -l) nodes:"
sort -u "$PBS_NODEFILE" | sed 's/^/  node /'
mpiexec -n 4 --ppn 2 bash -c 'echo "  rank $PMI_RANK of $PMI_SIZE is here"' | sort
"""


class DemoError(Exception):
    """A step of the demo did not do what it should."""


async def walk(console: Console, state: Path) -> None:
    """Walk through the workflow, on a local facility below a directory.

    Raises:
        DemoError: a step did not do what it should.
    """
    from mcp import Client, StdioServerParameters  # noqa: PLC0415 - loaded where it is used

    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "alcf_mcp", "serve", "--facility", "local", "--state-dir", str(state)],
    )
    console.print("Starting the server with the embedded local facility …")
    assistant = Assistant(console)
    async with Client(server, elicitation_callback=assistant.answer) as client:
        assistant.client = client
        await _main_job(assistant)


async def _main_job(assistant: Assistant) -> None:
    call, say = assistant.call, assistant.say
    say("What can I use?")
    await call("list_resources", expect=lambda r: any(x["name"] == "Polaris" for x in r["resources"]))
    projects = await call("list_projects", expect=lambda r: bool(r["projects"]))
    account = next(p["name"] for p in projects["projects"] if p["name"] == "LocalDemo")
    directory = f"/eagle/{account}/demo"

    say("Make a directory, run this script on two nodes in debug, and show me what it prints.")
    await call("make_directory", path=directory)
    job = await _submit(assistant, "hello", SCRIPT, account, directory, nodes=2)
    report = await call(
        "wait_for_job", job_id=job, expect=lambda r: r["state"] == "completed" and r.get("exit_code") == 0
    )
    output = await call("get_job_output", job_id=job, stream="stdout")
    for expected in ("on 2 nodes", "rank 3 of 4 is here"):
        if expected not in output["text"]:
            raise DemoError(f"the job's output lacks {expected!r}")

    say("Let my group read the output file, but not everyone.")
    listing = await call("list_directory", path=directory, expect=lambda r: r["total"] >= 2)
    name = next(e["name"] for e in listing["entries"] if e["name"].endswith(".OU"))
    path = f"{report['stdout_path']}/{name}"
    await call("chmod", path=path, mode="640", expect=lambda r: "640" in r["after"])

    say("Start a long job. No, wait, cancel it.")
    job = await _submit(assistant, "long", "sleep 600\n", account, directory, nodes=1)
    await call("wait_for_job", job_id=job, until="started", expect=lambda r: r["state"] == "active")
    await call("cancel_job", job_id=job)
    await call("wait_for_job", job_id=job, expect=lambda r: r["state"] in ("completed", "canceled"))


async def _submit(
    assistant: Assistant, name: str, script: str, account: str, directory: str, *, nodes: int
) -> str:
    submission = await assistant.call(
        "submit_job",
        resource="polaris",
        name=name,
        script=script,
        account=account,
        queue="debug",
        nodes=nodes,
        walltime="10m",
        directory=directory,
        expect=lambda r: bool(r.get("job_id")),
    )
    return str(submission["job_id"])


class Assistant:
    """Stands in for the assistant: calls tools, shows what happens, and answers questions for the user."""

    client: Any

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str) -> None:
        """Show what the user says."""
        self._console.print(f"\n[bold cyan]You:[/] {escape(text)}")

    async def call(self, tool: str, *, expect: Any = None, **arguments: Any) -> dict[str, Any]:
        """Call a tool, show the call and its result, and check the result.

        Raises:
            DemoError: the tool failed, or its result is not what the step should show.
        """
        shown = ", ".join(f"{name}={_short(value)}" for name, value in arguments.items())
        self._console.print(f"[bold]→ {tool}[/]({escape(shown)})")
        result = await self.client.call_tool(tool, arguments, progress_callback=self._progress)
        text = "\n".join(block.text for block in result.content)
        self._console.print(Panel(escape(text), border_style="red" if result.is_error else "dim"))
        facts = {**(result.structured_content or {}), "text": text}
        if result.is_error or "outcome" in facts or (expect and not expect(facts)):
            raise DemoError(f"{tool} did not do what it should")
        return facts

    async def answer(self, context: Any, params: Any) -> Any:
        """Show the server's question and answer yes, as the user would."""
        from mcp.types import ElicitResult  # noqa: PLC0415 - loaded where it is used

        self._console.print(Panel(escape(params.message), title="The server asks you", border_style="yellow"))
        self._console.print("[bold cyan]You:[/] yes")
        return ElicitResult(action="accept", content={"confirm": True})

    async def _progress(self, _progress: float, _total: float | None, message: str | None) -> None:
        self._console.print(f"  [dim]… {escape(message or '')}[/]")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
