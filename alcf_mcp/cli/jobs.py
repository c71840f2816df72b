"""``alcf-mcp jobs``: your jobs on all machines, once or as they change."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from alcf_mcp.cli.completing import machines
from alcf_mcp.cli.direct import at_facility
from alcf_mcp.cli.options import AsJSON, Facility, StateDir, check_choice
from alcf_mcp.cli.showing import write_json
from alcf_mcp.cli.watching import watch as watching
from alcf_mcp.config import SettingsError, load_settings
from alcf_mcp.reports.job_state import JobState

if TYPE_CHECKING:
    from rich.console import Console

    from alcf_mcp.facility import Facility as OpenFacility
    from alcf_mcp.reports.job_list import JobList
    from alcf_mcp.reports.jobs import ListedJob

STATES = get_args(JobState)

WATCH_PAUSE = 30.0
"""Seconds between two looks at the jobs."""


def jobs(
    resource: Annotated[str | None, typer.Option(help="Only this machine.", autocompletion=machines)] = None,
    state: Annotated[
        str | None,
        typer.Option(
            help="Only this state: queued, held, running, completed, failed, canceled, done, unknown.",
            autocompletion=lambda: list(STATES),
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Part of the job's name.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Start of the period: 'today', 'yesterday', '2h', or ISO 8601.")
    ] = None,
    ended: Annotated[bool, typer.Option("--all", "-a", help="Include ended jobs.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Show them again when they change, until you press Ctrl-C.")
    ] = False,
    in_browser: Annotated[
        bool, typer.Option("--open", "-o", help="Show them in a browser, on a time axis.")
    ] = False,
    limit: Annotated[int, typer.Option(help="Maximum number of jobs to show.", min=1, max=1000)] = 50,
    as_json: AsJSON = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Show your jobs on all machines, running ones first."""
    if state is not None:
        check_choice("--state", state, STATES)
    if watch + as_json + in_browser > 1:
        raise SettingsError("--watch, --open and --json can't be combined")
    if watch and not since:
        since = f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}"  # a job that ends meanwhile stays in view
    wanted: dict[str, Any] = {"resource": resource, "state": state, "name": name, "since": since}
    wanted |= {"include_finished": ended or bool(since), "limit": limit}
    settings = load_settings(facility=facility, state_dir=state_dir)
    if watch:
        show = partial(_show, again=True)
        at_facility(
            "jobs", settings, lambda at: watching(at, partial(_listed, at, wanted), show, pause=WATCH_PAUSE)
        )
        return
    found = at_facility("jobs", settings, lambda at: _listed(at, wanted))
    if in_browser:
        from alcf_mcp.cli.browser import show_in_browser  # noqa: PLC0415 - loaded where it is used

        show_in_browser(settings, "list_jobs", wanted, found)
    elif as_json:
        write_json(found)
    else:
        _show(found)


async def _listed(facility: OpenFacility, wanted: dict[str, Any]) -> JobList:
    from alcf_mcp.reports.job_list import listed_jobs  # noqa: PLC0415 - loaded where it is used

    return await listed_jobs(facility, **wanted)


def _show(found: JobList, *, again: bool = False) -> None:
    from rich.markup import escape  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.cli.showing import console  # noqa: PLC0415

    out = console()
    if again and out.is_terminal:
        out.clear()
    out.print(escape(found.summary))
    if found.jobs:
        _table(out, found.jobs)
    for line in found.planned or ():
        out.print(escape(line))
    for machine, why in found.unanswered.items():
        out.print(escape(f"{machine} did not answer: {why}"), style="yellow")
    if found.note:
        out.print(escape(found.note), style="dim")
    if rest := found.total - len(found.jobs):
        out.print(f"{rest} more: --limit {min(found.total, 1000)} shows them.", style="dim")
    sys.stdout.flush()


def _table(out: Console, reports: Sequence[ListedJob]) -> None:
    from rich.markup import escape  # noqa: PLC0415 - loaded where it is used
    from rich.table import Table  # noqa: PLC0415

    from alcf_mcp.facility.jobs.known import job_number  # noqa: PLC0415

    table = Table("job", "name", "machine", "status", "nodes", "walltime", "queue", box=None, pad_edge=False)
    for known in reports:
        cells = (job_number(known.job_id), known.name, known.resource, known.status)
        more = (str(known.nodes or ""), known.walltime, known.queue)
        table.add_row(*(escape(cell or "") for cell in (*cells, *more)), style=style_of(known))
    out.print(table)


def style_of(known: ListedJob) -> str:
    """The colour of a job: green while it runs, red if it failed."""
    if known.state == "active":
        return "green"
    return "red" if known.succeeded is False and known.state != "canceled" else ""
