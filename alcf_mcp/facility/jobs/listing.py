"""Find, list and follow jobs, and join them with the records of their submission."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial
from time import monotonic

import anyio

from alcf_mcp.facility.alcf.words import means_no_scheduler, means_unknown_job
from alcf_mcp.facility.digits import refuse_other_digits
from alcf_mcp.facility.jobs.history import JobRecords
from alcf_mcp.facility.jobs.known import FACILITY_CUTS_AT, LIST_LIMIT, KnownJob, Listing
from alcf_mcp.facility.jobs.polling import JobPoller
from alcf_mcp.facility.resources import ResourceNames
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import (
    APIError,
    InvalidCall,
    InvalidRequest,
    IRIError,
    LookAt,
    NoAnswer,
    NotFound,
    ServerFault,
)
from alcf_mcp.iri.models import Job, Resource
from alcf_mcp.iri.pace import pauses
from alcf_mcp.iri.polling import looks
from alcf_mcp.journal import SubmittedJob

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
"""Seconds between two polls of a job that a call waits for."""

UNKNOWN_IN_A_ROW = 3
"""Polls: ALCF's API sometimes says that a running job does not exist (its deployment, 2026-08)."""

SECOND_LOOK = 0.5
"""Seconds after which a listing asks again for a job that the facility said does not exist."""

LONGEST_SILENCE = 8.0
"""Seconds that a machine is given after the last list from another machine."""

MOST_SINGLE_LOOKS = 20
"""The most jobs that a listing looks up one by one because the facility's list lacks them."""

_Answers = dict[str, Sequence[Job] | IRIError]

_ID = re.compile(r"[A-Za-z0-9_.\-\[\]]+")
_LIKE = "An id looks like 3095453.polaris-pbs-01…."
_SERVER = re.compile(r"\.([a-z]+)-pbs")


class Jobs:
    """The schedulers of one facility."""

    def __init__(self, iri: IRIClient, names: ResourceNames, records: JobRecords, shared: JobPoller) -> None:
        self._iri = iri
        self._names = names
        self._records = records
        self._poller = shared

    async def get(self, job_id: str, resource: str | None = None) -> KnownJob:
        """One job, wherever it runs.

        Its machine is the one named, or that of its record, or that in its id; otherwise all are asked.

        Raises:
            InvalidCall: none of the machines asked knows the job.
        """
        refuse_other_digits(job_id, hint=_LIKE)
        if not _ID.fullmatch(job_id):
            raise InvalidCall(f"{job_id!r} is not a valid job id", hint=_LIKE, look_at=LookAt("jobs"))
        asked = await self._names.compute(resource) if resource else None
        record = await self._records.find(job_id, asked)
        full_id = record.job_id if record else job_id
        machines = await self._candidates(full_id, resource, record)
        refused: IRIError | None = None
        for machine in machines:
            try:
                job = await self._iri.get_job(machine.id, full_id)
            except (InvalidRequest, NotFound, ServerFault) as error:
                if not (means_unknown_job(error) or means_no_scheduler(error)):
                    refused = error
            else:
                return await self._records.joined(machine, job)
        if refused is not None:
            raise refused
        if record is not None:
            forgotten = KnownJob(machines[0], record.as_seen(), record, forgotten=True)
            return (await self._records.remembered([forgotten]))[0]
        raise InvalidCall(
            f"{_joined(machine.name for machine in machines)} has no job {job_id!r}",
            look_at=LookAt("jobs"),
        )

    async def listed(
        self, resource: str | None, *, include_finished: bool, since: datetime | None = None
    ) -> Listing:
        """The user's jobs on one machine, or on all machines, which are asked concurrently.

        The facility may omit new jobs and cuts long lists, so jobs that were submitted from here and are
        missing are looked up one by one.

        Args:
            resource: a name or id; ``None`` for all machines.
            include_finished: include ended jobs.
            since: how far back to consider jobs that were submitted from here; a week if ``None``.
        """
        machines = [await self._names.compute(resource)] if resource else await self._names.computers()
        answers = await self._lists(machines, historical=include_finished)
        unanswered = _unanswered(machines, answers, all_asked=resource is None)
        found = [
            (machine, job)
            for machine in machines
            if not isinstance(answer := answers[machine.id], IRIError)
            for job in answer
        ]
        missing = await self._records.missing(found, machines, since, ended_too=include_finished)
        silent = {id for id, answer in answers.items() if isinstance(answer, NoAnswer)}
        seen, unseen = await self._looked_up(machines, missing, silent)
        jobs = [*await self._records.all_joined([*found, *seen]), *await self._records.remembered(unseen)]
        cut = any(not isinstance(a, IRIError) and len(a) >= FACILITY_CUTS_AT for a in answers.values())
        return Listing(jobs, unanswered, cut)

    async def _lists(self, machines: list[Resource], *, historical: bool) -> _Answers:
        """Each machine's list, or why there is none; a silent machine does not delay the others for long."""
        answers: _Answers = {}
        lists = anyio.CancelScope()

        async def ask(machine: Resource) -> None:
            try:
                jobs = await self._iri.list_jobs(machine.id, historical=historical, limit=LIST_LIMIT)
            except IRIError as error:
                answers[machine.id] = error
            else:
                answers[machine.id] = jobs
                self._poller.listed_at = monotonic()
                lists.deadline = anyio.current_time() + LONGEST_SILENCE

        with lists:
            async with anyio.create_task_group() as group:
                for machine in machines:
                    group.start_soon(ask, machine)
        silent = NoAnswer(
            f"nothing came from it within {LONGEST_SILENCE:g} s after the others' answers; it gets more time "
            "if you ask for it alone"
        )
        return {machine.id: answers.get(machine.id, silent) for machine in machines}

    async def note_told(self, *jobs: KnownJob) -> None:
        """Note that the user was told about these jobs, so that their ends are not announced again."""
        await self._records.note_told(jobs)

    async def note_listed(self, jobs: Iterable[KnownJob], *, more: bool) -> None:
        """Note the jobs shown on one page; all stay listed until the last page, as offsets count them."""
        await self._records.note_listed(jobs, more=more)

    async def follow(self, known: KnownJob, *, patience: float) -> AsyncGenerator[KnownJob]:
        """Yield the job now and at growing intervals, until it ends or ``patience`` seconds have passed.

        The wait ends early if the facility reports several times in a row that it does not know the job.
        """
        yield known
        if known.finished or known.forgotten:
            return
        machine, job_id, unknown = known.resource, known.job.id, 0
        with self._poller.waiting(machine.id, job_id):
            async with aclosing(
                looks(
                    partial(self._look, machine.id, job_id),
                    pauses=pauses(FIRST_PAUSE, LONGEST_PAUSE),
                    patience=patience,
                    crowd=self._iri.crowd,
                )
            ) as seen:
                async for job in seen:
                    if job is None:
                        unknown += 1
                        if unknown >= UNKNOWN_IN_A_ROW:
                            yield replace(known, forgotten=True)
                            return
                        continue
                    unknown = 0
                    known = await self._records.joined(machine, job)
                    yield known
                    if known.finished:
                        return

    async def _look(self, resource_id: str, job_id: str) -> Job | None:
        try:
            return await self._poller.look(self._iri.without_retries(), resource_id, job_id)
        except APIError as error:
            if means_unknown_job(error):
                return None
            raise

    async def _looked_up(
        self, machines: list[Resource], records: list[SubmittedJob], silent: set[str]
    ) -> tuple[list[tuple[Resource, Job]], list[KnownJob]]:
        """Look up the jobs that the lists do not show; where that fails, return them as they were last seen.

        A machine that was silent is not asked again.
        """
        by_id = {machine.id: machine for machine in machines}
        seen: list[tuple[Resource, Job]] = []
        unseen: list[KnownJob] = []

        async def ask(number: int, record: SubmittedJob) -> None:
            machine, forgotten = by_id[record.resource_id], False
            if not record.ended_by and number < MOST_SINGLE_LOOKS and machine.id not in silent:
                try:
                    job = await self._known_job(machine.id, record.job_id)
                except IRIError:
                    pass
                else:
                    if job is not None:
                        seen.append((machine, job))
                        return
                    forgotten = True
            hidden = not (forgotten or record.ended_by)
            job_then = record.as_seen()
            unseen.append(KnownJob(machine, job_then, record, forgotten=forgotten, out_of_sight=hidden))

        async with anyio.create_task_group() as group:
            for number, record in enumerate(records):
                group.start_soon(ask, number, record)
        return seen, unseen

    async def _known_job(self, resource_id: str, job_id: str) -> Job | None:
        """The job, or ``None`` if the facility says twice that it does not know it."""
        for pause in (0.0, SECOND_LOOK):
            await anyio.sleep(pause)
            try:
                return await self._iri.get_job(resource_id, job_id)
            except APIError as error:
                if not means_unknown_job(error):
                    raise
        return None

    async def _candidates(
        self, job_id: str, resource: str | None, record: SubmittedJob | None
    ) -> list[Resource]:
        if record:
            own = await self._names.compute(record.resource_id)
            if resource and (await self._names.compute(resource)).id != own.id:
                raise InvalidCall(
                    f"Job {record.job_id} is on {own.name}, not on {resource}", hint="Leave `resource` out."
                )
            return [own]
        if resource:
            return [await self._names.compute(resource)]
        machines = await self._names.computers()
        server = _SERVER.search(job_id)
        named = [machine for machine in machines if server and machine.name.lower() == server[1]]
        return named or machines


def _unanswered(machines: list[Resource], answers: _Answers, *, all_asked: bool) -> dict[str, IRIError]:
    """The machines that did not answer, leaving out those without a scheduler if all were asked.

    Raises:
        IRIError: no machine answered.
    """
    silent = {
        machine.name: answer
        for machine in machines
        if isinstance(answer := answers[machine.id], IRIError)
        and not (all_asked and isinstance(answer, APIError) and means_no_scheduler(answer))
    }
    if silent and len(silent) == len(machines):
        raise next(iter(silent.values()))
    return silent


def _joined(names: Iterable[str]) -> str:
    return ", ".join(names) or "The facility"
