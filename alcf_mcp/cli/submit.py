"""``alcf-mcp submit``: run a script at the facility."""

from __future__ import annotations

import re
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alcf_mcp.cli.asking import Change, Yes, confirmed
from alcf_mcp.cli.completing import machines
from alcf_mcp.cli.direct import at_facility
from alcf_mcp.cli.options import AsJSON, Facility, StateDir, check_choice
from alcf_mcp.cli.showing import write_json
from alcf_mcp.config import SettingsError, load_settings

if TYPE_CHECKING:
    from alcf_mcp.config import Settings
    from alcf_mcp.facility import Facility as OpenFacility

AFTER_STATES = ("succeeded", "ended")
ARGUMENTS = (
    "like",
    "resume",
    "members_per_node",
    "nodes_per_member",
    "member_timeout",
    "name",
    "account",
    "queue",
    "nodes",
    "walltime",
    "directory",
    "stdout_path",
    "stderr_path",
)


def submit(
    script: Annotated[
        Path | None, typer.Argument(help="A script on this machine; it is sent with the job.")
    ] = None,
    like: Annotated[
        str | None, typer.Option(help="Id or name of an earlier job: what you leave out is as in that job.")
    ] = None,
    resource: Annotated[
        str | None,
        typer.Option(
            "--resource", "-r", help="Machine to run on; polaris by default.", autocompletion=machines
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Job name; the script's name by default.")] = None,
    account: Annotated[str | None, typer.Option("--account", "-A", help="Project to charge.")] = None,
    queue: Annotated[
        str | None,
        typer.Option("--queue", "-q", help="Queue; that of your last job if as large."),
    ] = None,
    nodes: Annotated[
        int | None, typer.Option("--nodes", "-n", help="Number of nodes; 1 by default.", min=1)
    ] = None,
    walltime: Annotated[
        str | None,
        typer.Option("--walltime", "-t", help="Maximum run time: '00:30:00', '2h'; 30m by default."),
    ] = None,
    directory: Annotated[
        str | None, typer.Option("--directory", "-d", help="Directory in which the job runs and writes.")
    ] = None,
    stdout_path: Annotated[
        str | None, typer.Option("--stdout", help="File or directory for the job's stdout.")
    ] = None,
    stderr_path: Annotated[
        str | None, typer.Option("--stderr", help="File or directory for the job's stderr.")
    ] = None,
    ensemble: Annotated[
        Path | None,
        typer.Option(help="A CSV or JSON file: the script runs once per row, with its columns as variables."),
    ] = None,
    members_per_node: Annotated[
        int | None, typer.Option(help="Members of the ensemble at once on a node; 1 by default.", min=1)
    ] = None,
    nodes_per_member: Annotated[
        int | None, typer.Option(help="Nodes for each member of the ensemble.", min=1)
    ] = None,
    member_timeout: Annotated[str | None, typer.Option(help="Time limit of each member: '10m'.")] = None,
    resume: Annotated[
        str | None,
        typer.Option(help="Id or name of an ensemble: those members run again that have not succeeded."),
    ] = None,
    env: Annotated[
        list[str] | None, typer.Option(help="Environment variable to export, as NAME=VALUE; repeatable.")
    ] = None,
    after: Annotated[
        str | None,
        typer.Option(help="Id or name of a job, or planned job, that has to be over first."),
    ] = None,
    after_state: Annotated[
        str,
        typer.Option(
            help="What --after waits for: succeeded, or ended in any way.",
            autocompletion=lambda: list(AFTER_STATES),
        ),
    ] = "succeeded",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent without sending it.")
    ] = False,
    yes: Yes = False,
    as_json: AsJSON = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Submit a script as a job.

    What you leave out is taken from your last job on that machine: the queue only if that job had the same
    number of nodes and at least this walltime.
    """
    given = locals()
    earlier = like or resume
    if script is None and earlier is None:
        raise SettingsError("Name a script, or an earlier job with --like or --resume")
    machine = resource or (None if earlier else "polaris")
    check_choice("--after-state", after_state, AFTER_STATES)
    follows = {"after": after, "after_state": after_state}
    settings = load_settings(facility=facility, state_dir=state_dir)
    arguments = {argument: given[argument] for argument in ARGUMENTS}
    if script is not None:
        arguments |= {"script": _read(script), "name": name or (None if earlier else _name_of(script))}
    arguments |= {"environment": _pairs(env or []), "ensemble": _read(ensemble) if ensemble else None}
    result = at_facility(
        "submit", settings, lambda at: _submit(at, settings, machine, arguments, follows, dry_run, yes)
    )
    if as_json:
        write_json(result)
    else:
        sys.stdout.write(f"{result.text()}\n")


async def _submit(
    at: OpenFacility,
    settings: Settings,
    resource: str | None,
    arguments: dict[str, Any],
    follows: dict[str, Any],
    dry_run: bool,
    yes: bool,
) -> Any:
    from alcf_mcp.reports.plans import SOMEBODY  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.tools.compute import submit_job  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.tools.job_arguments import NewJob  # noqa: PLC0415
    from alcf_mcp.tools.job_previews import preview_submit  # noqa: PLC0415

    request = NewJob(**arguments)
    change = Change(
        "submit",
        "submit_job",
        {"resource": resource, **arguments, **(follows if follows["after"] else {})},
        partial(preview_submit, at, resource, request, dry_run, **follows),
        takes_piped_answer=True,
    )
    if not dry_run and (nothing_to_do := await confirmed(at, settings, change, yes=yes)):
        raise SettingsError(nothing_to_do)
    submitted: Any = await submit_job(at, resource=resource, request=request, **follows, dry_run=dry_run)
    if dry_run:
        prepared = await at.preparation.again(resource, request, later=follows["after"] is not None)
        whole = {"script": prepared.runs, "request": prepared.spec.to_wire()}
        submitted = submitted.model_copy(update=whole)
    if submitted.plan_id:
        return submitted.model_copy(update={"next_step": SOMEBODY})
    return submitted.model_copy(update={"next_step": _next_step(submitted.job_id)})


def _next_step(job_id: str | None) -> str:
    from alcf_mcp.facility.jobs.known import job_number  # noqa: PLC0415 - loaded where it is used

    if job_id is None:
        return "Nothing was sent. Leave out --dry-run to submit it."
    return f"`alcf-mcp output {job_number(job_id)} --follow` shows what it writes."


def _name_of(script: Path) -> str:
    """The script's name, adapted to what PBS accepts as a job name."""
    return re.sub(r"[^A-Za-z0-9+\-_.]+", "-", script.stem)[:230]


def _read(script: Path) -> str:
    """The text of a file of the user's."""
    try:
        return script.read_bytes().decode()  # line ends stay as they are
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{script} can't be read: {error}") from None


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given]
    if wrong := next((name for name, equals, _ in pairs if not equals), None):
        raise SettingsError(f"--env {wrong}: write NAME=VALUE")
    return {name: value for name, _, value in pairs}
