"""Where a job will write, and what that would replace: PBS overwrites files (its user's guide)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

from alcf_mcp.facility.files.reading import Files
from alcf_mcp.facility.paths import RemotePath, output_directory
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import IRIError
from alcf_mcp.iri.models import File, JobSpec, Resource
from alcf_mcp.journal import Journal, SubmittedJob, or_else
from alcf_mcp.wording import count

logger = logging.getLogger(__name__)

LOOKED_BACK = 20
"""The number of earlier jobs on the machine whose paths are known to be directories."""

_UNKNOWN = "What is at {path} could not be looked up; if it is a file, the job's output replaces it."


@dataclass
class OutputPath:
    """A path where a job will write.

    Attributes:
        path: the path, as requested.
        replaces: what the output would replace, as a sentence; empty if nothing.
        missing: the directory that has to be made first, if it is missing.
        is_directory: whether it is a directory, in which each job has files of its own.
        seen_at: when it was checked, by ``time.monotonic``.
    """

    path: RemotePath
    replaces: str = ""
    missing: RemotePath | None = None
    is_directory: bool = False
    seen_at: float = 0.0


class OutputPaths:
    """Checks the paths where jobs will write, for one call."""

    def __init__(self, iri: IRIClient, files: Files, journal: Journal) -> None:
        self._iri = iri
        self._files = files
        self._journal = journal

    async def targets(self, machine: Resource, spec: JobSpec) -> list[OutputPath]:
        """The paths where the job will write, not checked yet.

        Until checked, a path counts as an existing file, unless jobs have used it as a directory.
        """
        paths = dict.fromkeys(path for path in (spec.stdout_path, spec.stderr_path) if path)
        earlier = await or_else(self._journal.jobs.last(machine.id, limit=LOOKED_BACK), [])
        return [
            OutputPath(
                RemotePath.parse(path),
                "" if _is_in_use(path, earlier) else _UNKNOWN.format(path=path),
            )
            for path in paths
        ]

    async def looked_at(self, machine: Resource, spec: JobSpec, *, besides: str = "") -> list[OutputPath]:
        """Where the job is to write, as far as that could be looked at."""
        targets = await self.targets(machine, spec)
        for target in targets:
            with suppress(IRIError):  # what is not known is said by the target itself
                await self.look(target, besides=besides)
        return targets

    async def look(self, target: OutputPath, *, besides: str = "") -> None:
        """Check what is at a target, and which other job writes there.

        Args:
            target: the path; what is found is stored in it.
            besides: the id of a job that is allowed to write there.
        """
        target.seen_at = monotonic()
        there = await self._files.file_there(target.path)
        if there == "no file":
            target.replaces, target.is_directory = "", True
        elif there != "nothing":
            target.replaces = f"{_told(target.path, there)} is replaced by the job's output."
        else:
            target.replaces = await self._other_writer(target.path, besides)
            directory = output_directory(target.path)
            target.is_directory = directory == target.path
            if target.is_directory or await self._files.is_missing(directory):
                target.missing = directory

    async def _other_writer(self, path: RemotePath, besides: str) -> str:
        """Which other unfinished job writes to the same file, as a sentence."""
        for job in await or_else(self._journal.jobs.not_ended(), []):
            if path.canonical in files_of(job) and job.job_id != besides and await self._goes_on(job):
                return f"Job {job.job_id} writes to {path} as well: one of the two outputs will be lost."
        return ""

    async def _goes_on(self, job: SubmittedJob) -> bool:
        try:
            return not (await self._iri.get_job(job.resource_id, job.job_id)).finished
        except IRIError as error:
            logger.info("a job counts as unfinished: %s", error)
            return True


def files_of(job: SubmittedJob) -> set[str]:
    """The files that a job may write to, wherever its output paths lead."""
    found = set()
    for path, ending in ((job.spec.stdout_path, ".OU"), (job.spec.stderr_path, ".ER")):
        if path:
            found |= {RemotePath(path).canonical, (RemotePath(path) / f"{job.job_id}{ending}").canonical}
    return found


def files_to_be(spec: JobSpec) -> set[str]:
    """The paths where a job that has no id yet writes, as far as they are no directories by their form."""
    paths = (RemotePath(path) for path in (spec.stdout_path, spec.stderr_path) if path)
    return {path.canonical for path in paths}


def one_file_for_both(spec: JobSpec) -> str:
    """What is lost where stdout and stderr go to one file, as a sentence; empty where they do not."""
    if not (spec.stdout_path and spec.stderr_path):
        return ""
    stdout, stderr = RemotePath.parse(spec.stdout_path), RemotePath.parse(spec.stderr_path)
    if stdout.canonical != stderr.canonical or output_directory(stdout) == stdout:
        return ""
    return f"stdout and stderr both go to {stdout}: one of them will be lost."


def _is_in_use(directory: str, earlier: Sequence[SubmittedJob]) -> bool:
    """Whether a job that ran in this directory or wrote into it has succeeded: then nothing is replaced."""
    return any(
        job.exit_code == 0
        and (job.spec.directory == directory or (job.spec.stdout_path or "").startswith(f"{directory}/"))
        for job in earlier
    )


def _told(path: str, file: File) -> str:
    modified = f", modified {file.last_modified:%Y-%m-%d %H:%M:%S} UTC" if file.last_modified else ""
    size = "unknown size" if file.size is None else count(file.size, "byte")
    return f"{path} (a file of {size}{modified})"
