"""``alcf-mcp output``: what a job wrote."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from alcf_mcp.cli.direct import at_facility
from alcf_mcp.cli.options import Facility, JobIdArgument, OnlyMember, OnMachine, StateDir, check_choice
from alcf_mcp.cli.showing import note, write_content
from alcf_mcp.config import SettingsError, load_settings

if TYPE_CHECKING:
    from alcf_mcp.facility import Facility as OpenFacility
    from alcf_mcp.facility.jobs.output import StreamOutput

STREAMS = ("stdout", "stderr", "both")


def output(
    job_id: JobIdArgument,
    resource: OnMachine = None,
    stream: Annotated[
        str, typer.Option(help="stdout, stderr or both.", autocompletion=lambda: list(STREAMS))
    ] = "both",
    lines: Annotated[
        int, typer.Option("--lines", "-n", help="Number of lines to show, from the end.", min=1, max=5000)
    ] = 100,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Keep showing new output until the job ends.")
    ] = False,
    member: OnlyMember = None,
    directory: Annotated[
        str | None, typer.Option(help="Directory of its output files, if it is not known.")
    ] = None,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Show a job's output. At ALCF, it appears when the job has ended."""
    check_choice("--stream", stream, STREAMS)
    if follow and member:
        raise SettingsError("--follow and --member can't be combined")
    settings = load_settings(facility=facility, state_dir=state_dir)
    if follow:
        import anyio  # noqa: PLC0415 - loaded where it is used

        from alcf_mcp.cli.failing import explained  # noqa: PLC0415
        from alcf_mcp.cli.following import follow as go_on  # noqa: PLC0415

        with explained("output"):
            anyio.run(go_on, settings, job_id, resource, stream)
        return

    async def read(at: OpenFacility) -> list[StreamOutput]:
        from alcf_mcp.facility.paths import RemotePath  # noqa: PLC0415 - loaded where it is used

        known = await at.jobs.get(job_id, resource)
        if member is not None:
            return [await at.ensembles.output(known, member, lines=lines)]
        place = RemotePath.parse(directory) if directory else None
        wanted = ("stdout", "stderr") if stream == "both" else (stream,)
        parts = [await at.output.read(known, one, lines=lines, directory=place) for one in wanted]
        await at.jobs.note_told(known)
        return parts

    found = at_facility("output", settings, read)
    _show(found)
    if all(one.part is None for one in found):
        raise typer.Exit(1)


def _show(streams: list[StreamOutput]) -> None:
    """Write each stream; if there are two, each below its name, as ``tail`` shows several files."""
    for number, one in enumerate(streams):
        if one.part is None:
            note(f"{one.stream} ({one.path}): {one.missing}")
            continue
        if len(streams) > 1:
            sys.stdout.write("\n" if number else "")
            write_content(f"==> {one.stream}: {one.path} <==\n")
        content = one.part.content
        write_content(content if content.endswith("\n") or not content else f"{content}\n")
        if one.doubt:
            note(f"{one.stream}: {one.doubt}")
