"""Find one job by its id, wherever it runs."""

from __future__ import annotations

import re
from contextlib import aclosing
from functools import partial

from alcf_mcp.facility.alcf.words import means_no_scheduler, means_unknown_job
from alcf_mcp.facility.digits import refuse_other_digits
from alcf_mcp.facility.jobs.history import JobRecords
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.jobs.new_jobs import new_for
from alcf_mcp.facility.jobs.planned import job_of
from alcf_mcp.facility.jobs.polling import JobPoller
from alcf_mcp.facility.resources import ResourceNames
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import (
    APIError,
    InvalidCall,
    InvalidRequest,
    IRIError,
    LookAt,
    NotFound,
    ServerFault,
)
from alcf_mcp.iri.models import Job, Resource
from alcf_mcp.iri.pace import pauses
from alcf_mcp.iri.polling import looks
from alcf_mcp.iri.wait import Wait
from alcf_mcp.journal import SubmittedJob
from alcf_mcp.journal.plans import plan_number
from alcf_mcp.wording import named

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 5.0
"""Seconds between two polls of a job that was just submitted and is not known yet."""

FOR_THE_REST = 4.0
"""Seconds of a call's time that are left when it stops waiting for a new job to be known."""

_ID = re.compile(r"[A-Za-z0-9_.\-\[\]]+")
_LIKE = "An id looks like 3095453.polaris-pbs-01…."
_SERVER = re.compile(r"\.([a-z]+)-pbs")


class JobLookup:
    """Finds jobs by id, for one call."""

    def __init__(
        self, iri: IRIClient, names: ResourceNames, records: JobRecords, shared: JobPoller, wait: Wait
    ) -> None:
        self._iri = iri
        self._names = names
        self._records = records
        self._poller = shared
        self._wait = wait

    async def get(
        self, job_id: str, resource: str | None = None, *, patience: float | None = None
    ) -> KnownJob:
        """One job, wherever it runs.

        Its machine is the one named, or that of its record, or that in its id; otherwise all are asked. A job
        that was just submitted from here and that the facility does not know yet is waited for.

        Args:
            job_id: its id, or the number at its beginning, or the id of the planned job that it was.
            resource: the machine's name or id.
            patience: seconds to wait for a new job to be known; the call's time, if ``None``.

        Raises:
            InvalidCall: none of the machines asked knows the job, or a planned job is not submitted yet.
        """
        if (number := plan_number(job_id)) is not None:
            job_id = job_of(await self._records.planned(self._iri.base_url, number), job_id)
        refuse_other_digits(job_id, hint=_LIKE)
        if not _ID.fullmatch(job_id):
            raise InvalidCall(f"{job_id!r} is not a valid job id", hint=_LIKE, look_at=LookAt("jobs"))
        asked = await self._names.compute(resource) if resource else None
        record = await self._records.find(job_id, asked)
        full_id = record.job_id if record else job_id
        machines = await self._candidates(full_id, resource, record)
        if found := await self._on_one_of(machines, full_id):
            return await self._records.joined(*found)
        if record is None:
            raise _unknown(job_id, machines)
        left = max(0.0, self._wait.left - FOR_THE_REST)
        job = await self._appearing(machines[0], record, patience=left if patience is None else patience)
        if job is not None:
            return await self._records.joined(machines[0], job)
        is_new = new_for(record) > 0
        missing = KnownJob(machines[0], record.as_seen(), record, forgotten=not is_new, not_known_yet=is_new)
        return (await self._records.remembered([missing]))[0]

    async def look(self, resource_id: str, job_id: str) -> Job | None:
        """Poll a job once; ``None`` if the facility says that it does not know it."""
        try:
            return await self._poller.look(self._iri.without_retries(), resource_id, job_id)
        except APIError as error:
            if means_unknown_job(error):
                return None
            raise

    async def _on_one_of(self, machines: list[Resource], job_id: str) -> tuple[Resource, Job] | None:
        """The machine that knows a job, and the job.

        Raises:
            IRIError: none does, and one gave another reason than that.
        """
        refused: IRIError | None = None
        for machine in machines:
            try:
                return machine, await self._iri.get_job(machine.id, job_id)
            except (InvalidRequest, NotFound, ServerFault) as error:
                if not (means_unknown_job(error) or means_no_scheduler(error)):
                    refused = error
        if refused is not None:
            raise refused
        return None

    async def _appearing(self, machine: Resource, record: SubmittedJob, *, patience: float) -> Job | None:
        """Wait until the facility knows a new job; ``None`` if it still does not."""
        seconds = min(new_for(record), patience)
        if seconds <= 0:
            return None
        await self._wait.say(f"job {record.job_id} was just submitted; the facility does not know it yet")
        async with aclosing(
            looks(
                partial(self.look, machine.id, record.job_id),
                pauses=pauses(FIRST_PAUSE, LONGEST_PAUSE),
                patience=seconds,
                crowd=self._iri.crowd,
            )
        ) as seen:
            async for job in seen:
                if job is not None:
                    return job
        return None if new_for(record) > 0 else await self.look(machine.id, record.job_id)

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
        meant = [machine for machine in machines if server and machine.name.lower() == server[1]]
        return meant or machines


def _unknown(job_id: str, machines: list[Resource]) -> InvalidCall:
    names = [machine.name for machine in machines] or ["The facility"]
    told = f"{named(names)} has no job" if len(names) == 1 else f"None of {named(names)} has a job"
    return InvalidCall(f"{told} {job_id!r}", look_at=LookAt("jobs"))
