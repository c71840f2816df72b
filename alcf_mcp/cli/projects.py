"""``alcf-mcp projects``: what is left of your allocations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from alcf_mcp.cli.direct import at_facility
from alcf_mcp.cli.options import AsJSON, Facility, StateDir
from alcf_mcp.cli.showing import console, write_json
from alcf_mcp.config import SettingsError, load_settings

if TYPE_CHECKING:
    from alcf_mcp.facility import Facility as OpenFacility
    from alcf_mcp.reports.projects import AllocationInfo, ProjectInfo, ProjectList

NEARLY_USED_UP = 90
"""Percent used."""


def projects(
    name: Annotated[str | None, typer.Argument(help="Only this project, by name or id.")] = None,
    in_browser: Annotated[bool, typer.Option("--open", "-o", help="Show them in a browser.")] = False,
    as_json: AsJSON = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Show your projects and what is left of their allocations, least first."""
    if in_browser and as_json:
        raise SettingsError("--open and --json can't be combined")
    settings = load_settings(facility=facility, state_dir=state_dir)
    found = at_facility("projects", settings, lambda at: _look(at, name))
    if in_browser:
        from alcf_mcp.cli.browser import show_in_browser  # noqa: PLC0415 - loaded where it is used

        tool, asked = ("get_project", {"project": name}) if name else ("list_projects", {})
        show_in_browser(settings, tool, asked, found)
    elif as_json:
        write_json(found)
    else:
        _show(found)


async def _look(facility: OpenFacility, name: str | None) -> ProjectList | ProjectInfo:
    from alcf_mcp.reports.projects import (  # noqa: PLC0415 - loaded where it is used
        listed_projects,
        reported_project,
    )

    alone = "`alcf-mcp projects NAME` looks up this one"
    return await (reported_project(facility, name) if name else listed_projects(facility, alone=alone))


def _show(found: ProjectList | ProjectInfo) -> None:
    from rich.markup import escape  # noqa: PLC0415 - loaded where it is used
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
    out = console()
    if isinstance(found, ProjectList):
        out.print(escape(found.summary))
    if table.row_count:
        out.print(table)
    for project in shown:
        if project.note:
            out.print(escape(f"{project.name}: {project.note}"), style="yellow")
    if isinstance(found, ProjectList) and found.note:
        out.print(escape(found.note), style="dim")


def _style(known: AllocationInfo) -> str:
    if known.used_percent is None or known.used_percent < NEARLY_USED_UP:
        return ""
    return "red" if known.left <= 0 else "yellow"
