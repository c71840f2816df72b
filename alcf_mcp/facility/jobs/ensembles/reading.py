"""Read what an ensemble has written: its status, and the logs of its members."""

from __future__ import annotations

import logging

import anyio

from alcf_mcp.facility.alcf.words import means_nothing_there
from alcf_mcp.facility.files.reading import Files
from alcf_mcp.facility.jobs.ensembles.ensemble import member_directory
from alcf_mcp.facility.jobs.ensembles.progress import MemberState, Progress
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.jobs.output import WINDOW, StreamOutput
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri.errors import InvalidCall, IRIError, TaskFailed
from alcf_mcp.iri.models import WAITING_STATES
from alcf_mcp.journal import SubmittedEnsemble, SubmittedProgram

logger = logging.getLogger(__name__)

STATUS = "status.tsv"
LOG = "output.log"

LOOKING_SECONDS = 12.0
"""The time limit for adding how far an ensemble is to another answer."""


class EnsembleFiles:
    """Reads the files of ensembles, for one call."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def progress(self, known: KnownJob) -> Progress:
        """How far a job's ensemble is; one that has written nothing has not started any member.

        Raises:
            InvalidCall: the job is not known to be an ensemble.
            IRIError: its status can't be read.
        """
        ensemble = ensemble_in(known)
        if known.state in WAITING_STATES and not known.forgotten:
            return Progress.read("", ensemble.size, running=False)
        return await self.status(ensemble, running=known.state == "active")

    async def status(self, ensemble: SubmittedEnsemble, *, running: bool) -> Progress:
        """How far an ensemble is by its status file, of which the end may be missing if it is very long.

        Args:
            ensemble: the ensemble.
            running: whether its job runs.
        """
        path = RemotePath.parse(f"{ensemble.directory}/{STATUS}")
        try:
            text = await self._files.beginning(path)
        except TaskFailed as error:
            if not means_nothing_there(error, path):
                raise
            text = ""
        return Progress.read(text, ensemble.size, running=running)

    async def progress_in_time(self, known: KnownJob) -> Progress | None:
        """How far a job's ensemble is, if it has one and if that can be read in time."""
        if not is_ensemble(known):
            return None
        try:
            with anyio.move_on_after(LOOKING_SECONDS):
                return await self.progress(known)
        except IRIError as error:
            logger.info("the progress of an ensemble is left out: %s", error)
        return None

    async def member(self, known: KnownJob, number: int) -> MemberState:
        """One member.

        Raises:
            InvalidCall: there is no such member.
        """
        _check(known, number)
        return (await self.progress(known)).members[number - 1]

    async def output(
        self, known: KnownJob, number: int, *, lines: int, offset: int | None = None
    ) -> StreamOutput:
        """The last lines that a member wrote, to stdout and stderr alike, or what follows an offset.

        Raises:
            InvalidCall: there is no such member.
        """
        ensemble = _check(known, number)
        path = member_directory(ensemble.directory, number, ensemble.size) / LOG
        stream = f"member {number}"
        try:
            if offset is None:
                part = await self._files.tail(path, lines=lines)
            else:
                part = await self._files.view(path, offset=offset, size=WINDOW)
        except (TaskFailed, InvalidCall) as error:
            return StreamOutput(
                stream, path, None, f"It has written nothing, or that can't be read ({error})."
            )
        return StreamOutput(stream, path, part)


def is_ensemble(known: KnownJob) -> bool:
    """Whether a job is known to be an ensemble."""
    return bool(known.record and known.record.program and known.record.program.ensemble)


def ensemble_in(known: KnownJob) -> SubmittedEnsemble:
    """The ensemble that a job runs.

    Raises:
        InvalidCall: it is not known to be an ensemble.
    """
    return ensemble_run_by(f"Job {known.job.id}", known.record.program if known.record else None)


def ensemble_run_by(job: str, program: SubmittedProgram | None) -> SubmittedEnsemble:
    """The ensemble among what a job runs.

    Raises:
        InvalidCall: it is not known to be one.
    """
    if program is None or program.ensemble is None:
        raise InvalidCall(f"{job} is not known to be an ensemble", hint="Leave `member` out.")
    return program.ensemble


def check_member(job: str, ensemble: SubmittedEnsemble, number: int) -> None:
    """Check that an ensemble has a member.

    Raises:
        InvalidCall: it has not.
    """
    if number > ensemble.size:
        raise InvalidCall(
            f"{job} has no member {number}", hint=f"They are numbered from 1 to {ensemble.size}."
        )


def _check(known: KnownJob, number: int) -> SubmittedEnsemble:
    ensemble = ensemble_in(known)
    check_member(f"Job {known.job.id}", ensemble, number)
    return ensemble
