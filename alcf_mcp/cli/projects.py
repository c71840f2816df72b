"""``alcf-mcp projects``: what is left of your allocations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from alcf_mcp.cli.failing import explained
from alcf_mcp.cli.options import Facility, StateDir
from alcf_mcp.cli.showing import write_json
from alcf_mcp.config import load_settings

if TYPE_CHECKING:
    from alcf_mcp.config import Settings
    from alcf_mcp.reports.projects import AllocationInfo, ProjectInfo, ProjectList

NEARLY_USED_UP = 90
"""Percent used."""


def projects(
    name: Annotated[str | None, typer.Argument(help="Only this project, by name or id.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Show your projects and what is left of their allocations, least first."""
    settings = load_settings(facility=facility, state_dir=state_dir)
    import anyio  # noqa: PLC0415 - loaded where it is used

    with explained("projects"):
        found = anyio.run(_look, settings, name)
    if as_json:
        write_json(found)
    else:
        _show(found)


async def _look(settings: Settings, name: str | None) -> Any:
    from alcf_mcp.opening import opened  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.reports.projects import listed_projects, reported_project  # noqa: PLC0415

    async with opened(settings) as facility:
        return await (reported_project(facility, name) if name else listed_projects(facility))


def _show(found: ProjectList | ProjectInfo) -> None:
    from rich.console import Console  # noqa: PLC0415 - loaded where it is used
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from alcf_mcp.reports.projects import ProjectList  # noqa: PLC0415

    shown = found.projects if isinstance(found, ProjectList) else [found]
    table = Table("project", "on", "balance", "can still run", "rate of use", box=None, pad_edge=False)
    for project in shown:
        name = project.name
        for known in project.allocations or ():
            cells = (name, known.of, known.balance, known.can_still_run, known.rate)
            table.add_row(*(escape(cell or "") for cell in cells), style=_style(known))
            name = ""  # shown once
    console = Console(highlight=False)
    if isinstance(found, ProjectList):
        console.print(escape(found.summary))
    if table.row_count:
        console.print(table)
    for project in shown:
        if project.note:
            console.print(escape(f"{project.name}: {project.note}"), style="yellow")
    if isinstance(found, ProjectList) and found.note:
        console.print(escape(found.note), style="dim")


def _style(known: AllocationInfo) -> str:
    if known.used_percent is None or known.used_percent < NEARLY_USED_UP:
        return ""
    return "red" if known.left <= 0 else "yellow"
