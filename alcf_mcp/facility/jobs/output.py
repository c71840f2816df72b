"""Find and read what a job wrote, given its id."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import anyio

from alcf_mcp.facility.files.parts import FilePart
from alcf_mcp.facility.files.progress import last_states
from alcf_mcp.facility.files.reading import Files
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.jobs.output_paths import files_of
from alcf_mcp.facility.jobs.whose_output import doubt
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri.errors import InvalidCall, IRIError, TaskFailed
from alcf_mcp.iri.models import WAITING_STATES
from alcf_mcp.journal import Journal, or_else

logger = logging.getLogger(__name__)

WINDOW = 65_536
"""Bytes of output to show at once when reading on from an offset."""

END_LINES = 20
MOST_AT_END = 4096
END_SECONDS = 12.0
"""The time limit for adding the end of the output to another answer."""

LOOKED_THROUGH = 200
"""How many recent jobs are looked through for one that writes to the same file."""

OTHER_DIRECTORIES = 4
"""How many directories of other jobs to search for the files of a job submitted elsewhere."""

_ENDINGS = {"stdout": ".OU", "stderr": ".ER"}


@dataclass(frozen=True)
class StreamOutput:
    """One stream of a job: a part of its file, or the reason why there is none.

    ``doubt`` says why what is in the file may not be the job's output, as a sentence.
    """

    stream: str
    path: str
    part: FilePart | None
    missing: str = ""
    doubt: str = ""

    @property
    def end(self) -> str:
        """The last characters of the part, with every progress bar in its last state."""
        if self.part is None:
            return ""
        text, left_out = last_states(self.part.content)
        note = f"({left_out} earlier states of progress bars left out)\n" if left_out else ""
        return note + text[-MOST_AT_END:]


class Output:
    """Reads what jobs wrote."""

    def __init__(self, files: Files, journal: Journal) -> None:
        self._files = files
        self._journal = journal

    async def read(
        self,
        known: KnownJob,
        stream: str,
        *,
        lines: int,
        offset: int | None = None,
        directory: RemotePath | None = None,
    ) -> StreamOutput:
        """Read the last lines of ``stdout`` or ``stderr``, or what follows an offset.

        If the requested path is a directory, PBS writes ``<job id>.OU`` and ``.ER`` into it; the files appear
        when the job ends (ALCF's deployment of the API, 2026-08).

        Args:
            known: the job.
            stream: ``stdout`` or ``stderr``.
            lines: how many lines.
            offset: the byte to read on from; ``lines`` is then ignored.
            directory: where the job's files are, if that is not known otherwise.

        Raises:
            InvalidCall: it is not known where the job writes.
        """
        places = await self._places(known, stream, directory)
        failure: IRIError | None = None
        for path in places:
            try:
                part = await self._part(path, lines, offset)
                return StreamOutput(
                    stream, path, part, doubt=await self._doubt(known, RemotePath.parse(path))
                )
            except (TaskFailed, InvalidCall) as error:
                failure = failure or error
        return StreamOutput(stream, places[0], None, _why_missing(known, failure))

    async def end_of(self, known: KnownJob, stream: str) -> StreamOutput | None:
        """The last lines of a stream, if they can be read in time."""
        try:
            with anyio.move_on_after(END_SECONDS):
                return await self.read(known, stream, lines=END_LINES)
        except IRIError as error:
            logger.info("the end of %s is left out: %s", stream, error)
        return None

    async def _doubt(self, known: KnownJob, path: RemotePath) -> str:
        """Why a file may not be the job's output; a file named after the job is its own."""
        job = known.record
        if job is None or path.name.startswith(f"{job.job_id}."):
            return ""
        recent = await or_else(self._journal.jobs.last(limit=LOOKED_THROUGH), [])
        later = [
            other
            for other in recent
            if other.submitted_at > job.submitted_at and path.canonical in files_of(other)
        ]
        return doubt(job, path, await self._files.itself(path), later)

    async def _part(self, path: str, lines: int, offset: int | None) -> FilePart:
        if offset is None:
            return await self._files.tail(RemotePath.parse(path), lines=lines)
        return await self._files.view(RemotePath.parse(path), offset=offset, size=WINDOW)

    async def _places(self, known: KnownJob, stream: str, directory: RemotePath | None) -> list[str]:
        """Where a stream's file may be, the likeliest place first.

        Raises:
            InvalidCall: no place is known.
        """
        if directory:
            return [_in(directory, known, stream)]
        asked = known.spec and (known.spec.stdout_path if stream == "stdout" else known.spec.stderr_path)
        if asked:
            has_ending = "." in asked.rpartition("/")[2]
            return [asked, _in(asked, known, stream)] if has_ending else [_in(asked, known, stream), asked]
        if known.finished and (others := await self._other_directories(known)):
            return [_in(other, known, stream) for other in others]
        raise InvalidCall(
            f"Where job {known.job.id} writes is not known: it was not submitted from here, "
            "and the facility does not report it",
            hint=f"Give `directory`: PBS writes <job id>{_ENDINGS[stream]} there.",
        )

    async def _other_directories(self, known: KnownJob) -> list[str]:
        """Where other jobs on that machine write: users tend to reuse a few directories."""
        others = await or_else(self._journal.jobs.last(known.resource.id, limit=50), [])
        paths = (other.spec.directory or other.spec.stdout_path for other in others)
        return list(dict.fromkeys(path for path in paths if path))[:OTHER_DIRECTORIES]


def _in(directory: str, known: KnownJob, stream: str) -> str:
    return f"{directory.rstrip('/')}/{known.job.id}{_ENDINGS[stream]}"


def _why_missing(known: KnownJob, failure: IRIError | None) -> str:
    if known.lost:
        return f"The facility no longer knows the job, and its file can't be read ({failure})."
    if not known.finished:
        return _why_not_there_yet(known, failure)
    if known.state == "canceled":
        return f"The job was canceled, and its file can't be read ({failure}): it may never have started."
    return (
        f"The job has ended, but its file can't be read ({failure}). It may appear within a few seconds; "
        "if the output directory did not exist, the output is lost."
    )


def _why_not_there_yet(known: KnownJob, failure: IRIError | None) -> str:
    if known.not_known_yet:
        return "The job was just submitted, and the facility does not know it yet; it has written nothing."
    if known.state in WAITING_STATES:
        return f"The job is still {known.state}; it has written nothing."
    if known.state == "active":
        return "The job is running; at ALCF its output files appear when it ends."
    return f"The job has not ended ({known.state}), and its file can't be read ({failure})."
