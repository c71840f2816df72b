"""The journal's records of jobs, kept up to date with every poll."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import Job, Resource
from alcf_mcp.journal import Journal, PlannedJob, SubmittedJob, or_else

REMEMBERED = timedelta(days=7)
MOST = 200
SEEN_AGAIN = timedelta(minutes=1)
"""How often to record that a job still runs."""


class JobRecords:
    """The journal's view of jobs. If the journal can't be read, jobs are shown without it."""

    def __init__(self, journal: Journal, ends_listed: set[str]) -> None:
        self._journal = journal
        self._ends_listed = ends_listed

    async def find(self, job_id: str, machine: Resource | None) -> SubmittedJob | None:
        """The record of one job, by its full id, or by its number on the given machine or on any.

        Raises:
            InvalidCall: several machines have a job with this number.
        """
        named = await or_else(self._journal.jobs.named(job_id), [])
        if whole := next((record for record in named if record.job_id == job_id), None):
            return whole
        meant = [record for record in named if machine is None or record.resource_id == machine.id]
        if len({record.resource_id for record in meant}) > 1:
            ids = ", ".join(record.job_id for record in meant)
            raise InvalidCall(f"Several jobs have the number {job_id}: {ids}", hint="Give the full id.")
        return meant[0] if meant else None

    async def planned(self, api_url: str, number: int) -> PlannedJob | None:
        """A planned job, whether it was submitted or not."""
        return await self._journal.plans.find(api_url, number)

    async def joined(self, machine: Resource, job: Job) -> KnownJob:
        """A job together with its record."""
        return (await self.all_joined([(machine, job)]))[0]

    async def all_joined(self, found: Sequence[tuple[Resource, Job]]) -> list[KnownJob]:
        """Many jobs together with their records, in which any news is recorded."""
        records, canceled = await or_else(self._up_to_date([job for _, job in found]), ({}, set()))
        return [_known(machine, job, records.get(job.id), canceled) for machine, job in found]

    async def remembered(self, jobs: Sequence[KnownJob]) -> list[KnownJob]:
        """Jobs that were submitted from here, as last seen, with what else the journal knows about them."""
        ids = [known.job.id for known in jobs]
        canceled = await or_else(self._journal.jobs.canceled(ids), set()) if ids else set()
        return [
            replace(
                known,
                canceled_here=known.job.id in canceled,
                just_ended=bool(known.finished and known.record and not known.record.end_told),
            )
            for known in jobs
        ]

    async def note_told(self, jobs: Iterable[KnownJob]) -> None:
        """Record that the user was told of the end of those jobs that have ended."""
        ended = [known.job.id for known in jobs if known.just_ended]
        await or_else(self._journal.jobs.note_told(ended), None)

    async def note_listed(self, jobs: Iterable[KnownJob], *, more: bool) -> None:
        """Note the jobs shown on one page of a listing; their ends are recorded with its last page."""
        self._ends_listed |= {known.job.id for known in jobs if known.just_ended}
        if not more:
            ended = [*self._ends_listed]
            self._ends_listed.clear()
            await or_else(self._journal.jobs.note_told(ended), None)

    async def missing(
        self,
        found: Iterable[tuple[Resource, Job]],
        machines: Iterable[Resource],
        since: datetime | None,
        *,
        ended_too: bool,
    ) -> list[SubmittedJob]:
        """The jobs submitted from here that should be in the machines' lists but are not."""
        listed = {job.id for _, job in found}
        asked = {machine.id for machine in machines}
        after = since or datetime.now(UTC) - REMEMBERED
        known = self._journal.jobs.since(after, ended_too=ended_too, limit=MOST)
        return [
            record
            for record in await or_else(known, [])
            if record.job_id not in listed and record.resource_id in asked
        ]

    async def _up_to_date(self, jobs: Sequence[Job]) -> tuple[dict[str, SubmittedJob], set[str]]:
        """The records of jobs, with any news recorded, and the ids of those canceled from here."""
        ids = [job.id for job in jobs]
        records = await self._journal.jobs.among(ids)
        canceled = await self._journal.jobs.canceled(ids)
        await self._journal.jobs.note(_news(records, jobs))
        return records, canceled


def _known(machine: Resource, job: Job, record: SubmittedJob | None, canceled: set[str]) -> KnownJob:
    here = job.id in canceled
    if record is None:
        return KnownJob(machine, job, canceled_here=here)
    now = record.having_seen(job, datetime.now(UTC))
    return KnownJob(machine, job, now, canceled_here=here, just_ended=job.finished and not record.end_told)


def _news(records: dict[str, SubmittedJob], jobs: Iterable[Job]) -> list[SubmittedJob]:
    """The updated records of those jobs that changed or still run."""
    now = datetime.now(UTC)
    news = []
    for job in jobs:
        before = records.get(job.id)
        if before is None:
            continue
        after = before.having_seen(job, now)
        changed = (before.state, before.exit_code) != (after.state, after.exit_code)
        still_runs = before.active_at is not None and after.active_at != before.active_at
        if changed or (still_runs and before.active_at and now - before.active_at > SEEN_AGAIN):
            news.append(after)
    return news
