"""What a shell completes: job ids from the journal, and machines from the data. Nothing asks the facility."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from alcf_mcp.journal import SubmittedJob

MOST = 50
"""Jobs that are offered, newest first."""


def machines() -> list[str]:
    """The machines' names."""
    from alcf_mcp.facility.alcf.queues import known_machines  # noqa: PLC0415 - loaded where it is used

    return [machine.name.lower() for machine in known_machines()]


def job_ids(context: typer.Context) -> list[tuple[str, str]]:
    """The numbers of the latest jobs, each with its name and time; none if the journal can't be read."""
    from alcf_mcp.config import SettingsError, load_settings  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.private import StateError  # noqa: PLC0415

    given = {name: context.params.get(name) for name in ("facility", "state_dir")}
    try:
        path = load_settings(**given).journal_path
        return _known(path) if path.exists() else []
    except (SettingsError, StateError):  # a shell would show an error in the middle of a line
        return []


def _known(path: Path) -> list[tuple[str, str]]:
    import anyio  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.cli.showing import plain  # noqa: PLC0415
    from alcf_mcp.facility.jobs.known import job_number  # noqa: PLC0415
    from alcf_mcp.journal import Journal  # noqa: PLC0415

    async def last() -> list[SubmittedJob]:
        return await Journal.at(path).jobs.last(limit=MOST)

    return [
        (job_number(one.job_id), plain(f"{one.spec.name or 'a job'}, {one.submitted_at:%Y-%m-%d %H:%M} UTC"))
        for one in anyio.run(last)
    ]
