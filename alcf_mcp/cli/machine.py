"""``alcf-mcp machine``: what the machines are doing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, cast

import typer

from alcf_mcp.cli.completing import machines
from alcf_mcp.cli.direct import at_facility
from alcf_mcp.cli.options import AsJSON, Facility, StateDir
from alcf_mcp.cli.showing import write_json
from alcf_mcp.cli.watching import watch as watching
from alcf_mcp.config import SettingsError, load_settings

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from alcf_mcp.facility import Facility as OpenFacility
    from alcf_mcp.reports.facts import Result
    from alcf_mcp.reports.machine import MachineActivity, NoActivity

WATCH_PAUSE = 60.0
"""Seconds between two looks; the feed is written about once a minute."""

BAR_WIDTH = 50
"""Characters of the bar that shows a machine's nodes."""


def machine(
    name: Annotated[
        str | None, typer.Argument(help="The machine; default: all.", autocompletion=machines)
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Show it again when it changes, until you press Ctrl-C.")
    ] = False,
    in_browser: Annotated[bool, typer.Option("--open", "-o", help="Show it in a browser.")] = False,
    as_json: AsJSON = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Show what a machine is doing: its nodes, queues, reservations and maintenance."""
    if watch + as_json + in_browser > 1:
        raise SettingsError("--watch, --open and --json can't be combined")
    settings = load_settings(facility=facility, state_dir=state_dir)
    if watch:
        show = partial(_show, again=True)
        at_facility(
            "machine", settings, lambda at: watching(at, partial(_look, at, name), show, pause=WATCH_PAUSE)
        )
        return
    if in_browser:
        from alcf_mcp.cli.browser import show_in_browser  # noqa: PLC0415 - loaded where it is used

        tool, asked = ("get_resource", {"resource": name}) if name else ("list_resources", {})
        show_in_browser(settings, tool, asked, at_facility("machine", settings, lambda at: _report(at, name)))
        return
    found = at_facility("machine", settings, lambda at: _look(at, name))
    if as_json:
        for one in found:
            write_json(one)
    else:
        _show(found)


async def _look(facility: OpenFacility, name: str | None) -> list[MachineActivity | NoActivity]:
    from alcf_mcp.reports.machine import machine_activity  # noqa: PLC0415 - loaded where it is used

    wanted = [await facility.names.compute(name)] if name else await facility.names.computers()
    return [machine_activity(one.name, await facility.weather.of(one)) for one in wanted]


async def _report(facility: OpenFacility, name: str | None) -> Result:
    """The answer that a view draws: of one machine, or of all."""
    from alcf_mcp.tools.status import get_resource, list_resources  # noqa: PLC0415 - loaded where it is used

    if name is None:
        return cast("Result", await list_resources(facility, resource_type="compute"))
    return cast("Result", await get_resource(facility, (await facility.names.compute(name)).name))


def _show(found: Sequence[MachineActivity | NoActivity], *, again: bool = False) -> None:
    from alcf_mcp.cli.showing import console  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.reports.machine import NoActivity  # noqa: PLC0415

    out = console()
    if again and out.is_terminal:
        out.clear()
    for index, one in enumerate(found):
        if index:
            out.print()
        if isinstance(one, NoActivity):
            out.print(one.text(), style="yellow", markup=False)
        else:
            _picture(out, one)
    sys.stdout.flush()


def _picture(out: Console, one: MachineActivity) -> None:
    """The nodes as a bar, the queues as a table, and what is coming on a line each."""
    from rich.table import Table  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.reports.text import clock  # noqa: PLC0415

    out.print(f"{one.machine}, as of {clock(one.as_of)}", style="bold", markup=False)
    if one.nodes_in_use is not None:
        out.print(_bar(one))
    if one.queues:
        table = Table("queue", box=None, pad_edge=False)
        for column in ("running", "nodes", "queued", "nodes"):
            table.add_column(column, justify="right")
        for load in one.queues:
            counts = (load.running, load.running_nodes, load.queued, load.queued_nodes)
            table.add_row(load.queue, *(str(number) for number in counts))
        out.print(table)
    for line in (one.maintenance, *one.reservations, *one.notices):
        if line:
            out.print(line, style="yellow", markup=False)


def _bar(one: MachineActivity) -> Text:
    """The nodes in use, free and down, in proportion."""
    from rich.text import Text  # noqa: PLC0415 - loaded where it is used

    counts = (
        (one.nodes_in_use or 0, "in use", "green"),
        (one.nodes_free or 0, "free", "cyan"),
        (one.nodes_down or 0, "down", "red"),
    )
    total = sum(number for number, _, _ in counts) or 1
    bar = Text()
    for number, _, style in counts:
        bar.append("█" * round(BAR_WIDTH * number / total), style=style)
    for number, what, style in counts:
        bar.append(f"  {number} {what}", style=style)
    return bar
