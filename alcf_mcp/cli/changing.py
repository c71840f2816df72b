"""``alcf-mcp cancel`` and ``chmod``: changes that show what they would do and ask, as the tools do."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alcf_mcp.cli.asking import Change, Yes, carried_out
from alcf_mcp.cli.direct import at_facility
from alcf_mcp.cli.options import Facility, JobIdArgument, OnMachine, PathArgument, StateDir
from alcf_mcp.config import load_settings

if TYPE_CHECKING:
    from alcf_mcp.facility import Facility as OpenFacility


def cancel(
    job_id: JobIdArgument,
    resource: OnMachine = None,
    yes: Yes = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Cancel a waiting or running job, after showing what is lost."""
    settings = load_settings(facility=facility, state_dir=state_dir)

    async def change(at: OpenFacility) -> str:
        from alcf_mcp.facility.jobs.known import job_number  # noqa: PLC0415 - loaded where it is used
        from alcf_mcp.tools.compute import cancel_job  # noqa: PLC0415
        from alcf_mcp.tools.job_previews import preview_cancel  # noqa: PLC0415

        arguments: dict[str, Any] = {"job_id": job_id, "resource": resource}
        asked = Change("cancel", "cancel_job", arguments, partial(preview_cancel, at, job_id, resource))

        def told(done: Any) -> str:
            number = job_number(done.job_id)
            return (
                f"Job {done.job_id} on {done.resource}: {done.done}. "
                f"`alcf-mcp wait {number}` waits until it has ended."
            )

        return await carried_out(at, settings, asked, cancel_job, yes=yes, told=told)

    sys.stdout.write(f"{at_facility('cancel', settings, change)}\n")


def chmod(
    mode: Annotated[str, typer.Argument(help="The new permissions in octal, such as 750.")],
    path: PathArgument,
    yes: Yes = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Change the permissions of a file or directory, after showing them as they are."""
    settings = load_settings(facility=facility, state_dir=state_dir)

    async def change(at: OpenFacility) -> str:
        from alcf_mcp.facility.paths import RemotePath  # noqa: PLC0415 - loaded where it is used
        from alcf_mcp.tools.file_previews import preview_chmod  # noqa: PLC0415
        from alcf_mcp.tools.filesystem import chmod as change_mode  # noqa: PLC0415

        place = RemotePath.parse(path)
        arguments: dict[str, Any] = {"path": place, "mode": mode}
        asked = Change("chmod", "chmod", arguments, partial(preview_chmod, at, place, mode))

        def told(done: Any) -> str:
            return f"{done.path}: {done.before or 'unknown'} -> {done.after}"

        return await carried_out(at, settings, asked, change_mode, yes=yes, told=told)

    sys.stdout.write(f"{at_facility('chmod', settings, change)}\n")
