"""``alcf-mcp submit``: run a script at the facility."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alcf_mcp.cli.failing import explained
from alcf_mcp.cli.options import Facility, StateDir
from alcf_mcp.cli.showing import write_json
from alcf_mcp.config import SettingsError, load_settings

if TYPE_CHECKING:
    from alcf_mcp.config import Settings

ARGUMENTS = ("name", "account", "queue", "nodes", "walltime", "directory", "stdout_path", "stderr_path")


def submit(
    script: Annotated[Path, typer.Argument(help="A script on this machine; it is sent with the job.")],
    resource: Annotated[str, typer.Option("--resource", "-r", help="Machine to run on.")] = "polaris",
    name: Annotated[str | None, typer.Option(help="Job name; the script's name by default.")] = None,
    account: Annotated[str | None, typer.Option("--account", "-A", help="Project to charge.")] = None,
    queue: Annotated[str | None, typer.Option("--queue", "-q", help="Queue to submit to.")] = None,
    nodes: Annotated[int, typer.Option("--nodes", "-n", help="Number of nodes.", min=1)] = 1,
    walltime: Annotated[
        str, typer.Option("--walltime", "-t", help="Maximum run time: '00:30:00', '30m', '2h'.")
    ] = "30m",
    directory: Annotated[
        str | None, typer.Option("--directory", "-d", help="Directory in which the job runs and writes.")
    ] = None,
    stdout_path: Annotated[
        str | None, typer.Option("--stdout", help="File or directory for the job's stdout.")
    ] = None,
    stderr_path: Annotated[
        str | None, typer.Option("--stderr", help="File or directory for the job's stderr.")
    ] = None,
    env: Annotated[
        list[str] | None, typer.Option(help="Environment variable to export, as NAME=VALUE; repeatable.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent without sending it.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Submit a script as a job. What you leave out is taken from your last job on that machine."""
    given = locals()
    settings = load_settings(facility=facility, state_dir=state_dir)
    arguments = {argument: given[argument] for argument in ARGUMENTS}
    arguments |= {"name": name or _name_of(script), "script": _read(script), "environment": _pairs(env or [])}
    import anyio  # noqa: PLC0415 - loaded where it is used

    with explained("submit"):
        result = anyio.run(_submit, settings, resource, arguments, dry_run, yes)
    if as_json:
        write_json(result)
    else:
        sys.stdout.write(f"{result.text()}\n")


async def _submit(
    settings: Settings, resource: str, arguments: dict[str, Any], dry_run: bool, yes: bool
) -> Any:
    from alcf_mcp.opening import opened  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.reports.text import visible  # noqa: PLC0415
    from alcf_mcp.tools.compute import submit_job  # noqa: PLC0415
    from alcf_mcp.tools.job_arguments import NewJob  # noqa: PLC0415
    from alcf_mcp.tools.job_previews import preview_submit  # noqa: PLC0415

    request = NewJob(**arguments)
    async with opened(settings) as facility:
        preview = await preview_submit(facility, resource, request, dry_run)
        if not (preview.harmless or yes):
            sys.stderr.write(f"{visible(preview.text())}\n")
            typer.confirm("Submit", abort=True, err=True)
            facility.wait.restart()
            facility.caller.shown, facility.caller.confirmed = preview.text(), "in the terminal"
        facility.caller.tool, facility.caller.client = "submit_job", "alcf-mcp submit"
        facility.caller.arguments = {"resource": resource, **arguments}
        return await submit_job(facility, resource, request, dry_run)


def _name_of(script: Path) -> str:
    """The script's name, adapted to what PBS accepts as a job name."""
    return re.sub(r"[^A-Za-z0-9+\-_.]+", "-", script.stem)[:230]


def _read(script: Path) -> str:
    try:
        return script.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{script} can't be read: {error}") from None


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given]
    if wrong := next((name for name, equals, _ in pairs if not equals), None):
        raise SettingsError(f"--env {wrong}: write NAME=VALUE")
    return {name: value for name, _, value in pairs}
