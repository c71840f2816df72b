"""Find an earlier job by its id or name, to submit it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from alcf_mcp.facility.jobs.history import JobRecords
from alcf_mcp.facility.jobs.known import is_job_id
from alcf_mcp.facility.jobs.listing import Jobs
from alcf_mcp.facility.jobs.planned import job_of
from alcf_mcp.facility.resources import ResourceNames
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import InvalidCall, IRIError, LookAt, NotImplementedThere
from alcf_mcp.iri.models import JobSpec, Resource
from alcf_mcp.journal import Journal, SubmittedJob, SubmittedProgram, or_else
from alcf_mcp.journal.plans import plan_number

_NAMED_IN_ERRORS = 5
_LOOKED_THROUGH = 200
"""The number of jobs among which similar names are looked for."""


@dataclass(frozen=True)
class EarlierJob:
    """An earlier job, with what is known of what it asked for.

    Attributes:
        program: what it runs, as the user gave it; ``None`` if only the specification is known.
        record: the record of its submission, if it was submitted from here.
        namesakes: how many jobs from here have the name by which it was found, itself included.
    """

    job_id: str
    machine: Resource
    spec: JobSpec
    program: SubmittedProgram | None = None
    record: SubmittedJob | None = None
    namesakes: int = 1

    @property
    def submitted_at(self) -> datetime | None:
        """When it was submitted, if that is known."""
        return self.record.submitted_at if self.record else None


class EarlierJobs:
    """Finds earlier jobs, for one call: in the journal, or else at the facility."""

    def __init__(
        self, iri: IRIClient, names: ResourceNames, journal: Journal, records: JobRecords, jobs: Jobs
    ) -> None:
        self._iri = iri
        self._names = names
        self._journal = journal
        self._records = records
        self._jobs = jobs

    async def find(self, like: str) -> EarlierJob:
        """The job with this id or number, the one that a planned job became, or the latest with this name.

        Raises:
            InvalidCall: there is none, or it is not known what it asked for.
        """
        if (number := plan_number(like)) is not None:
            like = job_of(await self._records.planned(self._iri.base_url, number), like)
        if record := await self._records.find(like, None):
            return await self._of(record)
        if named := await or_else(self._journal.jobs.called(like, limit=_LOOKED_THROUGH), []):
            return await self._of(named[0], namesakes=len(named))
        if is_job_id(like):
            return await self._at_facility(like)
        raise await self._unknown(like)

    async def _of(self, record: SubmittedJob, *, namesakes: int = 1) -> EarlierJob:
        machine = await self._names.compute(record.resource_id)
        return EarlierJob(record.job_id, machine, record.spec, record.program, record, namesakes)

    async def _at_facility(self, job_id: str) -> EarlierJob:
        """A job that was submitted elsewhere, if the facility reports specifications."""
        known = await self._jobs.get(job_id)
        job, machine = known.job, known.resource
        try:
            spec = (await self._iri.get_job(machine.id, job.id, include_spec=True)).job_spec
        except NotImplementedThere:
            spec = None
        except IRIError:
            spec = job.job_spec
        if spec is None:
            raise InvalidCall(
                f"Job {job.id} was not submitted from here, and the facility does not report what it runs",
                hint="Give its script and what else it needs instead of `like`.",
            )
        return EarlierJob(job.id, machine, spec)

    async def _unknown(self, like: str) -> InvalidCall:
        last = await or_else(self._journal.jobs.last(limit=_LOOKED_THROUGH), [])
        names = list(dict.fromkeys(job.spec.name for job in last if job.spec.name))
        close = get_close_matches(like, names, n=_NAMED_IN_ERRORS) or names[:_NAMED_IN_ERRORS]
        return InvalidCall(
            f"No job that was submitted from here has the id or name {like!r}",
            hint=f"These names exist: {', '.join(close)}."
            if close
            else "Nothing was submitted from here yet.",
            look_at=LookAt("jobs"),
        )
