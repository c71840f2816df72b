"""From a job's id to the text it wrote."""

from __future__ import annotations

from dataclasses import dataclass

from alcf_mcp.facility.files import Files
from alcf_mcp.facility.jobs import KnownJob
from alcf_mcp.facility.parts import FilePart
from alcf_mcp.iri.errors import InvalidCall, IRIError, TaskFailed


@dataclass(frozen=True)
class StreamOutput:
    """One stream of a job: a part of its file, or why there is none."""

    stream: str
    path: str
    part: FilePart | None
    missing: str = ""


class Output:
    """Reads what jobs wrote."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def tail(self, known: KnownJob, stream: str, *, lines: int) -> StreamOutput:
        """The last lines of ``stdout`` or ``stderr``.

        Where the path asked for is a directory, PBS writes ``<job id>.OU`` and ``.ER`` into it; files appear
        when the job ends (ALCF's deployment of the API, 2026-08).

        Raises:
            InvalidCall: nothing is known of where the job writes.
        """
        asked = known.spec and (known.spec.stdout_path if stream == "stdout" else known.spec.stderr_path)
        if not asked:
            raise InvalidCall(
                f"Where job {known.job.id} writes is not known: it was not submitted from here, "
                "and the facility does not tell",
                hint="tail_file reads it by its path: <output directory>/<job id>.OU and .ER.",
            )
        failure: IRIError | None = None
        for path in _places(asked, known.job.id, stream):
            try:
                return StreamOutput(stream, path, await self._files.tail(path, lines=lines))
            except (TaskFailed, InvalidCall) as error:
                failure = failure or error
        return StreamOutput(stream, asked, None, _why_missing(known, failure))


def _places(asked: str, job_id: str, stream: str) -> list[str]:
    in_directory = f"{asked.rstrip('/')}/{job_id}{'.OU' if stream == 'stdout' else '.ER'}"
    has_ending = "." in asked.rpartition("/")[2]
    return [asked, in_directory] if has_ending else [in_directory, asked]


def _why_missing(known: KnownJob, failure: IRIError | None) -> str:
    if known.job.state in ("new", "queued", "held"):
        return f"The job is still {known.job.state}; it has written nothing."
    if known.job.state == "active":
        return "The job is running; at ALCF its output files appear when it ends."
    return (
        f"The job has ended, but its file can't be read ({failure}). It may appear in some seconds; "
        "if the output directory did not exist, the output is lost."
    )
