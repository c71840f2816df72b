"""``alcf-mcp jobs``, ``job`` and ``output``: what the tools report about jobs, shown in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alcf_mcp.cli.failing import explained
from alcf_mcp.cli.options import Facility, StateDir
from alcf_mcp.cli.showing import write_json
from alcf_mcp.config import SettingsError, load_settings

if TYPE_CHECKING:
    from alcf_mcp.config import Settings
    from alcf_mcp.reports.job_list import JobList
    from alcf_mcp.reports.jobs import JobReport

STATES = ("new", "queued", "held", "active", "running", "completed", "failed", "canceled", "done", "unknown")

AsJSON = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
JobIdArgument = Annotated[str, typer.Argument(help="A job's id, or just the number that it begins with.")]
OnMachine = Annotated[str | None, typer.Option("--resource", help="The machine, if the id does not say.")]


def jobs(
    resource: Annotated[str | None, typer.Option(help="Only this machine.")] = None,
    state: Annotated[
        str | None,
        typer.Option(
            help="Only this state: queued, held, running, completed, failed, canceled, done, unknown."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Part of the job's name.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Start of the period: 'today', 'yesterday', '2h', or ISO 8601.")
    ] = None,
    ended: Annotated[bool, typer.Option("--all", "-a", help="Include ended jobs.")] = False,
    limit: Annotated[int, typer.Option(help="Maximum number of jobs to show.", min=1, max=1000)] = 50,
    as_json: AsJSON = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Show your jobs on all machines, running ones first."""
    _one_of("--state", state, STATES)
    wanted = {"resource": resource, "state": state, "name": name, "since": since}
    settings = load_settings(facility=facility, state_dir=state_dir)
    found = _call(settings, "jobs", "list_jobs", include_finished=ended or bool(since), limit=limit, **wanted)
    if not _out(found, as_json):
        _table(found)


def job(
    job_id: JobIdArgument,
    resource: OnMachine = None,
    as_json: AsJSON = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Show one job: its state, or how it ended and the last lines it wrote."""
    settings = load_settings(facility=facility, state_dir=state_dir)
    report: JobReport = _call(settings, "job", "get_job", job_id=job_id, resource=resource)
    if not _out(report, as_json):
        sys.stdout.write(f"{report.text()}\n")


def output(
    job_id: JobIdArgument,
    resource: OnMachine = None,
    stream: Annotated[str, typer.Option(help="stdout, stderr or both.")] = "both",
    lines: Annotated[int, typer.Option(help="Number of lines to show, from the end.", min=1, max=5000)] = 100,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Keep showing new output until the job ends.")
    ] = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Show a job's output."""
    _one_of("--stream", stream, ("stdout", "stderr", "both"))
    settings = load_settings(facility=facility, state_dir=state_dir)
    if follow:
        import anyio  # noqa: PLC0415 - loaded where it is used

        from alcf_mcp.cli.following import follow as go_on  # noqa: PLC0415

        with explained("output"):
            anyio.run(go_on, settings, job_id, resource, stream)
        return
    text = _call(
        settings,
        "output",
        "get_job_output",
        job_id=job_id,
        resource=resource,
        stream=stream,
        tail_lines=lines,
    )
    sys.stdout.write(f"{text}\n")


def _one_of(option: str, value: str | None, choices: Sequence[str]) -> None:
    if value is not None and value not in choices:
        raise SettingsError(f"{option} {value}: choose from {', '.join(choices)}")


def _call(settings: Settings, command: str, tool: str, **arguments: Any) -> Any:
    """Call a tool for a command and return its result."""
    import anyio  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.opening import opened  # noqa: PLC0415
    from alcf_mcp.tools import compute  # noqa: PLC0415

    async def call() -> Any:
        async with opened(settings) as facility:
            return await getattr(compute, tool)(facility, **arguments)

    with explained(command):
        return anyio.run(call)


def _out(result: Any, as_json: bool) -> bool:
    """Write a result as JSON if asked to; return whether it was written."""
    if as_json:
        write_json(result)
    return as_json


def _table(found: JobList) -> None:
    from rich.console import Console  # noqa: PLC0415 - loaded where it is used
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from alcf_mcp.facility.jobs.known import job_number  # noqa: PLC0415

    table = Table("job", "name", "machine", "status", "nodes", "walltime", "queue", box=None, pad_edge=False)
    for known in found.jobs:
        cells = (job_number(known.job_id), known.name, known.resource, known.status)
        more = (str(known.nodes or ""), known.walltime, known.queue)
        table.add_row(*(escape(cell or "") for cell in (*cells, *more)), style=_style(known))
    console = Console(highlight=False)
    console.print(escape(found.summary))
    if found.jobs:
        console.print(table)
    for machine, why in found.unanswered.items():
        console.print(escape(f"{machine} did not answer: {why}"), style="yellow")
    for note in (found.note, found.next_step):
        if note:
            console.print(escape(note), style="dim")


def _style(known: JobReport) -> str:
    if known.state == "active":
        return "green"
    return "red" if known.succeeded is False and known.state != "canceled" else ""
