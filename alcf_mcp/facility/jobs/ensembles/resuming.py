"""Resume an ensemble: run again those members that have not succeeded, each in its own directory."""

from __future__ import annotations

from dataclasses import dataclass

from alcf_mcp.facility.jobs.earlier import EarlierJob
from alcf_mcp.facility.jobs.ensembles.reading import EnsembleFiles
from alcf_mcp.facility.jobs.listing import Jobs
from alcf_mcp.facility.jobs.request import NewJobRequest
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri.errors import InvalidCall, LookAt
from alcf_mcp.journal import Journal, or_else


@dataclass(frozen=True)
class Resumed:
    """What is resumed: the ensemble's directory, and the members to run; nothing if it is a new job."""

    directory: RemotePath | None = None
    to_run: tuple[int, ...] = ()


class Resuming:
    """Finds out what is left of earlier ensembles, for one call."""

    def __init__(self, jobs: Jobs, files: EnsembleFiles, journal: Journal) -> None:
        self._jobs = jobs
        self._files = files
        self._journal = journal

    async def of(self, earlier: EarlierJob, request: NewJobRequest) -> Resumed:
        """What is left of an earlier ensemble.

        Raises:
            InvalidCall: nothing is, a job still works on it, or the request would make it another ensemble.
        """
        record = earlier.record
        if record is None or record.program is None or record.program.ensemble is None:
            raise InvalidCall(
                f"Job {earlier.job_id} is not known to be an ensemble", hint="Use `like` instead."
            )
        if request.ensemble or request.directory:
            raise InvalidCall(
                "A resumed ensemble keeps its members and its directory",
                hint="Leave them out, or use `like`.",
            )
        directory = record.program.ensemble.directory
        await self._refuse_if_active(directory)
        progress = await self._files.status(record.program.ensemble, running=False)
        if not progress.to_resume:
            raise InvalidCall(f"Nothing is left of job {earlier.job_id}: {progress.in_words()}")
        return Resumed(RemotePath.parse(directory), progress.to_resume)

    async def _refuse_if_active(self, directory: str) -> None:
        """Refuse to run members of which another job may be running some."""
        for job in await or_else(self._journal.jobs.not_ended(), []):
            ensemble = job.program.ensemble if job.program else None
            if ensemble is None or ensemble.directory != directory:
                continue
            known = await self._jobs.get(job.job_id, patience=0)
            if not (known.finished or known.forgotten):
                raise InvalidCall(
                    f"Job {job.job_id} still works on this ensemble ({known.state})",
                    hint="Resume it once that job has ended.",
                    look_at=LookAt("job", job.job_id),
                )
