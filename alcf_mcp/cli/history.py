"""``alcf-mcp history``: what your assistants changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from alcf_mcp.cli.options import Facility, StateDir
from alcf_mcp.cli.showing import write_json
from alcf_mcp.config import SettingsError, load_settings

if TYPE_CHECKING:
    from datetime import datetime

    from alcf_mcp.journal import Action


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

    actions = Journal(settings.journal_path).actions.history(
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
    from alcf_mcp.iri.errors import InvalidCall  # noqa: PLC0415

    try:
        return parse_since(since) if since else None
    except InvalidCall as error:
        raise SettingsError(f"--since: {error}. {error.hint}") from None


def _show(actions: list[Action]) -> None:
    from rich.console import Console  # noqa: PLC0415 - loaded where it is used
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from alcf_mcp.reports.text import clock, one_line  # noqa: PLC0415

    table = Table("when", "what", "outcome", "confirmed", "by", box=None, pad_edge=False)
    for action in actions:
        arguments = ", ".join(f"{name}={value}" for name, value in action.arguments.items())
        ids = " ".join(id for id in (action.job_id, action.task_id and f"task {action.task_id}") if id)
        what = f"{action.tool}({one_line(arguments, 90)}) {one_line(ids)}"
        came_of_it = f"{action.outcome}: {one_line(action.detail, 120)}" if action.detail else action.outcome
        cells = (clock(action.began_at), what, came_of_it, action.confirmed, one_line(action.client, 40))
        table.add_row(*(escape(cell) for cell in cells))
    Console(highlight=False).print(table)
