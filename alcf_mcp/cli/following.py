"""Follow a job: what goes on while it waits and runs, and what it writes, as it appears."""

from __future__ import annotations

import sys
from contextlib import aclosing
from typing import Any

from rich.console import Console

from alcf_mcp.cli.facility import opened
from alcf_mcp.config import Settings
from alcf_mcp.facility import Facility
from alcf_mcp.facility.diagnosis import status_in_words
from alcf_mcp.facility.known_jobs import KnownJob
from alcf_mcp.tools.text import visible

FOREVER = 30 * 86400.0
"""Seconds: nothing is in a queue for longer."""


async def follow(settings: Settings, job_id: str, resource: str | None, stream: str) -> None:
    """Show a job's output from its beginning, until the job has ended."""
    console = Console(stderr=True, highlight=False)
    async with opened(settings) as facility:
        known = await facility.jobs.get(job_id, resource)
        offset = 0
        with console.status(status_in_words(known)) as status:
            async with aclosing(facility.jobs.follow(known, patience=FOREVER)) as seen:
                async for known in seen:
                    status.update(status_in_words(known))
                    facility.wait.restart()
                    offset = await _show_new(facility, known, stream, offset)
        await facility.jobs.note_told(known)
        console.print(f"{known.job.id}: {status_in_words(known)}", markup=False)


async def _show_new(facility: Facility, known: KnownJob, stream: str, offset: int) -> int:
    """Write what came after an offset; the offset to go on from."""
    while known.finished or known.state == "active":
        found: Any = await facility.output.read(known, stream, lines=0, offset=offset)
        part = found.part
        if part is None or not part.content:
            break
        sys.stdout.write(visible(part.content))
        sys.stdout.flush()
        offset = part.end if part.end is not None else offset + len(part.content.encode())
    return offset
