"""``alcf-mcp doctor``: check that everything the server needs works."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from alcf_mcp.cli.options import Facility, StateDir
from alcf_mcp.config import load_settings
from alcf_mcp.wording import count

if TYPE_CHECKING:
    from alcf_mcp.config import Settings
    from alcf_mcp.doctor import Check


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
    as_report: Annotated[
        bool,
        typer.Option(
            "--report", help="Print a Markdown report for a bug report, with nothing private in it."
        ),
    ] = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Check this machine, the sign-in, the facility and the clients. Exits with 1 if a check fails."""
    settings = load_settings(facility=facility, state_dir=state_dir)
    import anyio  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.doctor import Health, report  # noqa: PLC0415

    spoken = not (as_json or as_report)
    checks = anyio.run(_examine, settings, spoken)
    if as_report:
        sys.stdout.write(report(settings, checks))
    elif as_json:
        sys.stdout.write(json.dumps([check.model_dump(mode="json") for check in checks]) + "\n")
    bad = sum(check.verdict is Health.BAD for check in checks)
    if spoken:
        sys.stdout.write(f"\n{count(bad, 'problem') if bad else 'No problems'} found.\n")
    if bad:
        raise typer.Exit(1)


async def _examine(settings: Settings, show: bool) -> list[Check]:
    from alcf_mcp.doctor import examine  # noqa: PLC0415 - loaded where it is used

    checks = []
    async for check in examine(settings):
        checks.append(check)
        if show:
            _show(check)
    return checks


def _show(check: Check) -> None:
    from rich.console import Console  # noqa: PLC0415 - loaded where it is used
    from rich.text import Text  # noqa: PLC0415

    from alcf_mcp.cli.showing import plain  # noqa: PLC0415

    mark, style = {"good": ("✓", "green"), "note": ("!", "yellow"), "bad": ("✗", "red")}[check.verdict.value]
    line = Text.assemble((f"{mark} ", style), (f"{check.name}: ", "bold"), plain(check.seen, 1000))
    if check.cure:
        line.append(f"\n    {plain(check.cure, 1000)}", style)
    Console(highlight=False, soft_wrap=True).print(line)
