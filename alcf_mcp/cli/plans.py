"""``alcf-mcp plans``: jobs that follow others; list them, submit what is due, cancel one."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alcf_mcp.cli.asking import Change, Yes, carried_out
from alcf_mcp.cli.direct import at_facility
from alcf_mcp.cli.options import Facility, StateDir
from alcf_mcp.cli.showing import note, plain
from alcf_mcp.config import SettingsError, load_settings

if TYPE_CHECKING:
    from alcf_mcp.facility import Facility as OpenFacility
    from alcf_mcp.facility.plans.runner import PlanRunner
    from alcf_mcp.journal import PlannedJob

LATEST = 20

plans = typer.Typer(
    help="Jobs that are submitted after others: list, run or cancel them.", no_args_is_help=False
)


@plans.callback(invoke_without_command=True)
def show(context: typer.Context, facility: Facility = None, state_dir: StateDir = None) -> None:
    """Show the planned jobs, and what became of the last ones."""
    if context.invoked_subcommand is not None:
        return
    settings = load_settings(facility=facility, state_dir=state_dir)

    async def latest(at: OpenFacility) -> list[PlannedJob]:
        return await at.shared.journal.plans.latest(at.iri.base_url, limit=LATEST)

    found = at_facility("plans", settings, latest)
    _write(found[::-1])
    if not found:
        sys.stdout.write("No jobs are planned.\n")
    elif any(job.is_open for job in found):
        note("A server, or `alcf-mcp plans run`, submits them when they are due.")


@plans.command()
def run(
    once: Annotated[
        bool, typer.Option("--once", help="Look once, as from cron, instead of waiting.")
    ] = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Submit planned jobs as soon as they are due, until none is left."""
    settings = load_settings(facility=facility, state_dir=state_dir)
    if settings.read_only:
        raise SettingsError("Nothing may be changed: ALCF_MCP_READ_ONLY is set")

    async def work(at: OpenFacility) -> list[PlannedJob]:
        from alcf_mcp.facility.plans.runner import PlanRunner  # noqa: PLC0415 - loaded where it is used

        runner = PlanRunner(at.shared)
        try:
            return await (runner.advance() if once else _until_none_is_left(runner))
        finally:
            await runner.stop()

    _write(at_facility("plans run", settings, work))


@plans.command()
def cancel(
    plan: Annotated[str, typer.Argument(help="A planned job's id, such as plan-3.")],
    yes: Yes = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Cancel a planned job, and all that waits for it."""
    settings = load_settings(facility=facility, state_dir=state_dir)

    async def change(at: OpenFacility) -> str:
        from alcf_mcp.iri.errors import InvalidCall  # noqa: PLC0415
        from alcf_mcp.tools.compute import cancel_job  # noqa: PLC0415 - loaded where it is used
        from alcf_mcp.tools.job_previews import preview_cancel  # noqa: PLC0415

        if await at.planning.unsubmitted(plan) is None:
            raise InvalidCall(
                f"{plan} is no planned job, or was submitted", hint="alcf-mcp cancel cancels jobs."
            )
        arguments: dict[str, Any] = {"job_id": plan, "resource": None}
        asked = Change("plans cancel", "cancel_job", arguments, partial(preview_cancel, at, plan, None))

        def told(done: Any) -> str:
            return f"{done.job_id} is canceled. {done.next_step}"

        return await carried_out(at, settings, asked, cancel_job, yes=yes, told=told)

    sys.stdout.write(f"{at_facility('plans cancel', settings, change)}\n")


async def _until_none_is_left(runner: PlanRunner) -> list[PlannedJob]:
    """Submit what is due until nothing is left; returns what will never be settled by waiting."""
    import anyio  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.facility.plans.runner import LOOK_SECONDS  # noqa: PLC0415
    from alcf_mcp.journal import JournalError  # noqa: PLC0415

    told: dict[str, str] = {}
    while True:
        try:
            left = await runner.advance()
        except JournalError as error:
            note(str(error))
        else:
            _tell_news(told, left)
            if not left or runner.is_stuck(left):
                return left
        await anyio.sleep(LOOK_SECONDS)


def _tell_news(told: dict[str, str], jobs: list[PlannedJob]) -> None:
    """Tell on stderr what is new about planned jobs."""
    lines = {job.id: _line(job) for job in jobs}
    for id in told.keys() - lines.keys():
        note(f"{id} is over.")
    for id, line in lines.items():
        if told.get(id) != line:
            note(line)
    told.clear()
    told.update(lines)


def _write(jobs: list[PlannedJob]) -> None:
    for job in jobs:
        sys.stdout.write(f"{_line(job)}\n")


def _line(job: PlannedJob) -> str:
    from alcf_mcp.reports.plans import plan_line  # noqa: PLC0415 - loaded where it is used

    return plain(plan_line(job), 1000)
