"""``alcf-mcp history``: what your assistants changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from alcf_mcp.cli.options import Facility, StateDir, parsed
from alcf_mcp.cli.showing import console, plain, write_json
from alcf_mcp.config import load_settings

if TYPE_CHECKING:
    from datetime import datetime

    from alcf_mcp.journal import Action

MAKES_DIRECTORY = "make_directory"
SUBMITS = ("submit_job", "update_job")
"""The tools that make a job's directory where it is missing."""


def history(
    since: Annotated[
        str | None, typer.Option(help="Start of the period: 'today', 'yesterday', '2h', or ISO 8601.")
    ] = None,
    tool: Annotated[str | None, typer.Option(help="Only this tool.")] = None,
    outcome: Annotated[
        str | None,
        typer.Option(help="Only this outcome: done, refused, failed, unknown, sent, not confirmed."),
    ] = None,
    limit: Annotated[int, typer.Option(help="Maximum number of actions to show.", min=1)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Show the changes made at the facility from here, newest first."""
    settings = load_settings(facility=facility, state_dir=state_dir)
    from alcf_mcp.journal import Journal  # noqa: PLC0415 - loaded where it is used

    actions = Journal.at(settings.journal_path).actions.history(
        since=_moment(since), tool=tool, outcome=outcome, limit=limit
    )
    if as_json:
        for action in actions:
            write_json(action)
    elif actions:
        _show(actions)
    else:
        sys.stdout.write("No changes recorded.\n")


def _moment(since: str | None) -> datetime | None:
    from alcf_mcp.facility.walltime import parse_since  # noqa: PLC0415 - loaded where it is used

    return parsed("--since", parse_since, since) if since else None


def _show(actions: list[Action]) -> None:
    from rich.markup import escape  # noqa: PLC0415 - loaded where it is used
    from rich.table import Table  # noqa: PLC0415

    from alcf_mcp.reports.text import clock  # noqa: PLC0415

    table = Table("when", "what", "outcome", "confirmed", "by", box=None, pad_edge=False)
    for action in actions:
        came_of_it = f"{action.outcome}: {plain(action.detail, 120)}" if action.detail else action.outcome
        cells = (
            clock(action.began_at),
            _what(action),
            came_of_it,
            action.confirmed,
            plain(action.client, 40),
        )
        table.add_row(*(escape(cell) for cell in cells))
    console().print(table)


def _what(action: Action) -> str:
    """What was changed; a directory that was made for a job is told as that."""
    arguments = ", ".join(f"{name}={value}" for name, value in action.arguments.items())
    ids = " ".join(id for id in (action.job_id, action.task_id and f"task {action.task_id}") if id)
    besides = action.kind == "mkdir" and action.tool in SUBMITS
    tool = f"{MAKES_DIRECTORY} for {action.tool}" if besides else action.tool
    return f"{tool}({plain(arguments, 90)}) {plain(ids)}"
