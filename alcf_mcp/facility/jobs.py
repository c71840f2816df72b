"""Jobs by their ids alone: found, followed, and joined with what was asked for when they were submitted."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

import anyio

from alcf_mcp.facility.aftermath.jobs import FACILITY_CUTS_AT, LIST_LIMIT
from alcf_mcp.facility.names import ResourceNames
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import APIError, InvalidCall, InvalidRequest, IRIError, NotFound, ServerFault
from alcf_mcp.iri.models import Job, JobSpec, Resource
from alcf_mcp.iri.polling import looks
from alcf_mcp.journal import Journal, JournalError, SubmittedJob

logger = logging.getLogger(__name__)

_ID = re.compile(r"[\w.\-\[\]]+")
_SERVER = re.compile(r"\.([a-z]+)-pbs")
_NO_SUCH_JOB = re.compile(r"not found|unknown job id", re.IGNORECASE)
_NO_SCHEDULER = re.compile(r"does not exist for API component compute", re.IGNORECASE)


@dataclass(frozen=True)
class KnownJob:
    """A job as the facility tells of it, with the record of its submission if it came from here."""

    resource: Resource
    job: Job
    record: SubmittedJob | None = None

    @property
    def spec(self) -> JobSpec | None:
        """What was asked for: as the facility tells it, or else as it was submitted from here."""
        return self.job.job_spec or (self.record.spec if self.record else None)


@dataclass(frozen=True)
class Listing:
    """The jobs of several resources, and the resources that did not answer, with the reason."""

    jobs: list[KnownJob]
    unanswered: dict[str, IRIError]
    cut: bool


class Jobs:
    """The schedulers of one facility."""

    def __init__(self, iri: IRIClient, names: ResourceNames, journal: Journal) -> None:
        self._iri = iri
        self._names = names
        self._journal = journal

    async def get(self, job_id: str, resource: str | None = None) -> KnownJob:
        """One job, wherever it runs: by the resource named, its record, its id, or by asking all.

        Raises:
            InvalidCall: no resource asked knows the job.
        """
        if not _ID.fullmatch(job_id):
            raise InvalidCall(
                f"{job_id!r} is no job id",
                hint="An id looks like 3095453.polaris-pbs-01…; list_jobs shows yours.",
            )
        record = await self._recorded(job_id)
        full_id = record.job_id if record else job_id
        machines = await self._candidates(full_id, resource, record)
        refused: IRIError | None = None
        for machine in machines:
            try:
                return KnownJob(machine, await self._iri.get_job(machine.id, full_id), record)
            except (InvalidRequest, NotFound, ServerFault) as error:
                if not (_means_unknown(error) or _NO_SCHEDULER.search(error.detail)):
                    refused = error
        if refused is not None:
            raise refused
        raise InvalidCall(
            f"{_joined(machine.name for machine in machines)} has no job {job_id!r}",
            hint="list_jobs shows yours; with include_finished also those that have ended.",
        )

    async def listed(self, resource: str | None, *, include_finished: bool) -> Listing:
        """The person's jobs on one resource, or on all that compute, asked at the same time."""
        machines = [await self._names.compute(resource)] if resource else await self._names.computers()
        answers: dict[str, Sequence[Job] | IRIError] = {}

        async def ask(machine: Resource) -> None:
            try:
                answers[machine.id] = await self._iri.list_jobs(
                    machine.id, historical=include_finished, limit=LIST_LIMIT
                )
            except IRIError as error:
                answers[machine.id] = error

        async with anyio.create_task_group() as group:
            for machine in machines:
                group.start_soon(ask, machine)
        return await self._listing(machines, answers, all_asked=resource is None)

    async def follow(self, known: KnownJob, *, patience: float) -> AsyncGenerator[KnownJob]:
        """Yield the job as it is now and again at growing intervals, until it ends or the patience does."""
        yield known
        if known.job.finished:
            return
        async with aclosing(
            looks(
                partial(self._iri.once().get_job, known.resource.id, known.job.id),
                first=1.0,
                longest=15.0,
                patience=patience,
                crowd=self._iri.transport.connection.crowd,
            )
        ) as seen:
            async for job in seen:
                yield KnownJob(known.resource, job, known.record)
                if job.finished:
                    return

    async def _recorded(self, job_id: str) -> SubmittedJob | None:
        try:
            return await self._journal.jobs.find(job_id)
        except JournalError as error:  # reading goes on without it
            logger.warning("%s", error)
            return None

    async def _records(self, job_ids: Iterable[str]) -> dict[str, SubmittedJob]:
        try:
            return await self._journal.jobs.among(job_ids)
        except JournalError as error:
            logger.warning("%s", error)
            return {}

    async def _candidates(
        self, job_id: str, resource: str | None, record: SubmittedJob | None
    ) -> list[Resource]:
        if resource:
            return [await self._names.compute(resource)]
        if record:
            return [await self._names.compute(record.resource_id)]
        machines = await self._names.computers()
        server = _SERVER.search(job_id)
        named = [machine for machine in machines if server and machine.name.lower() == server[1]]
        return named or machines

    async def _listing(
        self, machines: list[Resource], answers: dict[str, Sequence[Job] | IRIError], *, all_asked: bool
    ) -> Listing:
        found: list[tuple[Resource, Job]] = []
        unanswered: dict[str, IRIError] = {}
        for machine in machines:
            answer = answers[machine.id]
            if not isinstance(answer, IRIError):
                found += [(machine, job) for job in answer]
            elif not (all_asked and isinstance(answer, APIError) and _NO_SCHEDULER.search(answer.detail)):
                unanswered[machine.name] = answer
        if unanswered and len(unanswered) == len(machines):
            raise next(iter(unanswered.values()))
        records = await self._records(job.id for _, job in found)
        jobs = [KnownJob(machine, job, records.get(job.id)) for machine, job in found]
        cut = any(not isinstance(a, IRIError) and len(a) >= FACILITY_CUTS_AT for a in answers.values())
        return Listing(jobs, unanswered, cut)


def _means_unknown(error: APIError) -> bool:
    # ALCF answers an unknown job with 400 and this text, now and then with 500 and an empty list.
    return isinstance(error, NotFound) or bool(_NO_SUCH_JOB.search(error.detail)) or error.detail == "[]"


def _joined(names: Iterable[str]) -> str:
    return ", ".join(names) or "The facility"
