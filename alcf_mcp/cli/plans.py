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
    """Submit planned jobs as soon as they are due, until none is left; shows what became of each."""
    settings = load_settings(facility=facility, state_dir=state_dir)
    if settings.read_only:
        raise SettingsError("Nothing may be changed: ALCF_MCP_READ_ONLY is set")

    async def work(at: OpenFacility) -> None:
        from alcf_mcp.facility.plans.runner import PlanRunner  # noqa: PLC0415 - loaded where it is used

        runner = PlanRunner(at.shared)
        try:
            return await (_once(at, runner) if once else _until_none_is_left(at, runner))
        finally:
            await runner.stop()

    at_facility("plans run", settings, work)


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


async def _once(at: OpenFacility, runner: PlanRunner) -> None:
    """Submit what is due now; shows what became of planned jobs, and on stderr what holds others up."""
    before = await at.shared.journal.plans.open(at.iri.base_url)
    left = await runner.advance()
    _write(await _over(at, before, left))
    if left and not runner.is_at_work:
        note("Another process of alcf-mcp looks after the planned jobs now: nothing was done here.")
    for job in left:
        if job.state == "submitting":
            note(_line(job))


async def _until_none_is_left(at: OpenFacility, runner: PlanRunner) -> None:
    """Submit what is due until nothing is left that waiting would settle; tells on stderr what waits."""
    import anyio  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.facility.plans.runner import LOOK_SECONDS  # noqa: PLC0415
    from alcf_mcp.journal import JournalError  # noqa: PLC0415

    told: set[str] = set()
    before: list[PlannedJob] = []
    while True:
        try:
            before = before or await at.shared.journal.plans.open(at.iri.base_url)
            left = await runner.advance()
            _write(await _over(at, before, left))
        except JournalError as error:
            note(str(error))
        else:
            lines = [_line(job) for job in left]
            for line in lines:
                if line not in told:
                    note(line)
            told, before = set(lines), left
            if not left or runner.is_stuck(left):
                return
        await anyio.sleep(LOOK_SECONDS)


async def _over(at: OpenFacility, before: list[PlannedJob], left: list[PlannedJob]) -> list[PlannedJob]:
    """Those of the planned jobs that are over now."""
    plans_left = {job.number for job in left}
    gone = [job.number for job in before if job.number not in plans_left]
    now = [await at.shared.journal.plans.find(at.iri.base_url, number) for number in gone]
    return [job for job in now if job]


def _write(jobs: list[PlannedJob]) -> None:
    for job in jobs:
        sys.stdout.write(f"{_line(job)}\n")
    sys.stdout.flush()


def _line(job: PlannedJob) -> str:
    from alcf_mcp.reports.plans import plan_line  # noqa: PLC0415 - loaded where it is used

    return plain(plan_line(job), 1000)
