"""Follow a job: show its status while it waits and runs, and its output as it appears."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from contextlib import aclosing, closing
from dataclasses import dataclass

import anyio
from rich.console import Console
from rich.status import Status

from alcf_mcp.config import Settings
from alcf_mcp.facility import Facility
from alcf_mcp.facility.jobs.diagnosis import status_in_words
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.opening import opened
from alcf_mcp.reports.text import visible

FOREVER = 30 * 86400.0
"""Seconds; no job stays in a queue longer."""

LATE_LOOKS, LATE_PAUSE = 5, 2.0
"""Number of checks for files that appear some seconds after a job's end, and seconds before each check."""

_LINE = re.compile(".+")


async def follow(settings: Settings, job_id: str, resource: str | None, stream: str) -> None:
    """Show a job's output from its beginning until the job ends.

    When both streams are shown, stderr goes to stderr.
    """
    console = Console(stderr=True, highlight=False)
    async with opened(settings) as facility:
        known = await facility.jobs.get(job_id, resource)
        ended_before = known.finished
        with (
            console.status(status_in_words(known)) as status,
            closing(_Screen(console, status, stream)) as screen,
        ):
            streams = [_Stream(name, screen) for name in _names(stream)]
            async with aclosing(facility.jobs.follow(known, patience=FOREVER)) as seen:
                async for known in seen:
                    status.update(status_in_words(known))
                    await _show_new(facility, known, streams)
            if known.finished and not ended_before:
                await _show_late(facility, known, streams)
        for one in streams:
            if one.missing:
                console.print(f"{one.name}: {one.missing}", markup=False)
        console.print(f"{known.job.id}: {status_in_words(known)}", markup=False)
        await facility.jobs.note_told(known)


@dataclass
class _Screen:
    """The terminal: shows the streams next to the status.

    Attributes:
        unended: the stream whose last line has no newline yet, if any.
    """

    console: Console
    status: Status
    asked_for: str
    unended: str = ""

    def show(self, stream: str, text: str) -> None:
        # While the status is shown, it captures all of stdout and redirects it to stderr.
        self.status.stop()
        if stream != self.unended:
            self.close()
        if stream in (self.asked_for, "stdout"):
            sys.stdout.write(text)
            sys.stdout.flush()
        else:
            sys.stderr.write(self._red(text))
            sys.stderr.flush()
        self.unended = "" if text.endswith("\n") else stream
        if not self.unended:
            self.status.start()

    def close(self) -> None:
        """Start a new line, on stderr: stdout stays as the job wrote it."""
        if self.unended:
            sys.stderr.write("\n")
            sys.stderr.flush()
            self.unended = ""

    def _red(self, text: str) -> str:
        if self.console.color_system is None or self.console.no_color:
            return text
        return _LINE.sub("\x1b[31m\\g<0>\x1b[0m", text)


@dataclass
class _Stream:
    """How much of a stream has been shown, or why none of it can be."""

    name: str
    screen: _Screen
    offset: int = 0
    missing: str = ""


def _names(asked_for: str) -> tuple[str, ...]:
    return ("stdout", "stderr") if asked_for == "both" else (asked_for,)


async def _show_new(facility: Facility, known: KnownJob, streams: Iterable[_Stream]) -> None:
    """Write what was added since the last check."""
    for stream in streams:
        while known.finished or known.lost or known.state == "active":
            facility.wait.restart()
            found = await facility.output.read(known, stream.name, lines=0, offset=stream.offset)
            part, stream.missing = found.part, found.missing
            if part is None or not part.content:
                break
            stream.screen.show(stream.name, visible(part.content))
            stream.offset = part.end if part.end is not None else stream.offset + len(part.content.encode())


async def _show_late(facility: Facility, known: KnownJob, streams: Iterable[_Stream]) -> None:
    """Write what was not there yet when the job ended."""
    for _ in range(LATE_LOOKS):
        late = [stream for stream in streams if stream.missing]
        if not late:
            return
        await anyio.sleep(LATE_PAUSE)
        await _show_new(facility, known, late)
