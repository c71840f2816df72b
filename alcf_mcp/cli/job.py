"""``alcf-mcp job`` and ``wait``: one job, now or at its end."""

from __future__ import annotations

import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated

import typer

from alcf_mcp.cli.direct import at_facility
from alcf_mcp.cli.options import AsJSON, Facility, JobIdArgument, OnlyMember, OnMachine, StateDir, parsed
from alcf_mcp.cli.showing import write_content, write_json
from alcf_mcp.config import SettingsError, load_settings

if TYPE_CHECKING:
    from alcf_mcp.facility import Facility as OpenFacility
    from alcf_mcp.facility.jobs.known import KnownJob
    from alcf_mcp.reports.jobs import JobReport

TOO_LONG = 124
"""Exit status if a job has not ended in time, as that of ``timeout``."""


def job(
    job_id: JobIdArgument,
    resource: OnMachine = None,
    member: OnlyMember = None,
    in_browser: Annotated[bool, typer.Option("--open", "-o", help="Show it in a browser.")] = False,
    as_json: AsJSON = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Show one job: its state, or how it ended and the last lines it wrote."""
    if in_browser and as_json:
        raise SettingsError("--open and --json can't be combined")
    settings = load_settings(facility=facility, state_dir=state_dir)

    async def look(at: OpenFacility) -> JobReport:
        from alcf_mcp.reports.jobs import JobReport, reported  # noqa: PLC0415 - loaded where it is used
        from alcf_mcp.reports.plans import reported_plan  # noqa: PLC0415

        if planned := await at.planning.unsubmitted(job_id):
            return await reported_plan(at, planned, member)
        known = await at.jobs.get(job_id, resource)
        if member is None:
            return await reported(at, known)
        return JobReport.of_member(known, await at.ensembles.member(known, member))

    report = at_facility("job", settings, look)
    if in_browser:
        from alcf_mcp.cli.browser import show_in_browser  # noqa: PLC0415 - loaded where it is used

        asked = {"job_id": report.job_id} | ({} if member is None else {"member": member})
        show_in_browser(settings, "get_job", asked, report)
    elif as_json:
        write_json(report)
    else:
        _show(report)


def wait(
    job_id: JobIdArgument,
    resource: OnMachine = None,
    timeout: Annotated[
        str | None, typer.Option(help="Stop waiting after this time: '30m', '2h'. The job goes on.")
    ] = None,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Wait for a job to end. Exits with 0 if it succeeded, 1 if not, and 124 if it took too long."""
    settings = load_settings(facility=facility, state_dir=state_dir)
    patience = _seconds(timeout)

    async def until_its_end(at: OpenFacility) -> KnownJob:
        return await _ended(at, await at.jobs.get(job_id, resource, patience=0), patience)

    known = at_facility("wait", settings, until_its_end)
    if not (known.finished or known.forgotten):
        raise typer.Exit(TOO_LONG)
    if not known.succeeded:
        raise typer.Exit(1)


async def _ended(facility: OpenFacility, now: KnownJob, patience: float) -> KnownJob:
    """Follow a job to its end, with its status on stderr if that is a terminal; then tell the end."""
    from rich.console import Console  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.cli.showing import plain  # noqa: PLC0415
    from alcf_mcp.facility.jobs.diagnosis import status_in_words  # noqa: PLC0415

    known = now
    with Console(stderr=True, highlight=False).status("") as status:
        async with aclosing(facility.jobs.follow(now, patience=patience)) as seen:
            async for known in seen:
                status.update(plain(f"{known.job.id}: {status_in_words(known)}"))
    sys.stdout.write(plain(f"{known.job.id} on {known.resource.name}: {status_in_words(known)}") + "\n")
    await facility.jobs.note_told(known)
    return known


def _seconds(timeout: str | None) -> float:
    from alcf_mcp.cli.following import FOREVER  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.facility.walltime import parse_duration  # noqa: PLC0415

    return float(parsed("--timeout", parse_duration, timeout)) if timeout else FOREVER


def _show(report: JobReport) -> None:
    from rich.markup import escape  # noqa: PLC0415 - loaded where it is used
    from rich.table import Table  # noqa: PLC0415

    from alcf_mcp.cli.jobs import style_of  # noqa: PLC0415
    from alcf_mcp.cli.showing import console  # noqa: PLC0415

    out = console()
    out.print(escape(f"{report.job_id} on {report.resource}: {report.status}"), style=style_of(report))
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in _facts(report).items():
        if value:
            table.add_row(name, escape(value))
    out.print(table)
    for line in report.runs or ():
        out.print(escape(line))
    for sentence in (report.message, report.likely_cause, report.output_note):
        if sentence:
            out.print(escape(sentence))
    for stream, end in (("stderr", report.stderr_end), ("stdout", report.stdout_end)):
        if end:
            out.print(f"\nThe end of {stream}:", style="bold")
            write_content(end if end.endswith("\n") else f"{end}\n")
    out.print(escape(f"\n{_next_step(report)}"), style="dim")


def _facts(report: JobReport) -> dict[str, str | None]:
    from alcf_mcp.reports.text import clock  # noqa: PLC0415 - loaded where it is used

    return {
        "name": report.name,
        "nodes": str(report.nodes) if report.nodes else None,
        "walltime": report.walltime,
        "queue": report.queue,
        "project": report.account,
        "submitted": clock(report.submitted_at) if report.submitted_at else None,
        "planned as": report.plan,
        "node hours": f"at most {hours:g}" if (hours := report.most_node_hours) is not None else None,
        "members": report.members,
        f"member {report.member}": report.member_state,
        "stdout": report.stdout_path,
        "stderr": report.stderr_path,
    }


def _next_step(report: JobReport) -> str:
    from alcf_mcp.facility.jobs.known import job_number  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.reports.jobs import UNKNOWN  # noqa: PLC0415

    if report.state in ("planned", "skipped") or report.next_step:
        return report.next_step or "It was not submitted."
    number = job_number(report.job_id)
    if report.state == UNKNOWN:
        return (
            "PBS forgets ended jobs after two weeks, and may briefly not know a job. "
            f"`alcf-mcp output {number}` may find its output."
        )
    if report.exit_code is not None or report.state in ("completed", "failed", "canceled"):
        return f"`alcf-mcp output {number}` shows its output."
    return f"`alcf-mcp wait {number}` waits for it to end."
