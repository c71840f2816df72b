"""Notice in the background that jobs have ended, and tell the user once."""

from __future__ import annotations

import logging
import secrets

from alcf_mcp.facility import Facility, ProcessState, Wait
from alcf_mcp.facility.jobs.diagnosis import status_in_words
from alcf_mcp.facility.jobs.history import JobRecords
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.iri.errors import IRIError
from alcf_mcp.iri.models import Resource
from alcf_mcp.journal import PlannedJob, SubmittedJob
from alcf_mcp.journal.actions import this_process
from alcf_mcp.notify.notice import Notice
from alcf_mcp.notify.ways import NotSent, Way

logger = logging.getLogger(__name__)

PAUSE = 60.0
"""Seconds between two looks at the user's jobs, of all processes together."""

LEASE_SECONDS = 150.0
LOOKING_SECONDS = 30.0


class Noticing:
    """Watches the jobs that were submitted from here. Of all the user's processes, only one is at work.

    Args:
        shared: what the process's calls share.
        way: how the user is told.
    """

    def __init__(self, shared: ProcessState, way: Way) -> None:
        self._shared = shared
        self._journal = shared.journal
        self._way = way
        self._holder = f"{this_process()}/{secrets.token_hex(4)}"

    async def look(self) -> None:
        """Look once at the jobs that have not ended, and tell of those that have.

        Raises:
            JournalError: the journal can't be used.
        """
        await self._journal.notices.begin()
        if not await self._journal.leases.take("notices", self._holder, LEASE_SECONDS):
            return
        if alive := await self._journal.jobs.not_ended():
            await self._look_at(alive)
        for record in await self._journal.notices.ended_jobs():
            await self._tell(await self._of_job(record))
        for plan in await self._journal.notices.lost_plans():
            await self._tell(_of_plan(plan))

    async def _look_at(self, alive: list[SubmittedJob]) -> None:
        """See how jobs are; the journal records it."""
        for machine in dict.fromkeys(record.resource_id for record in alive):
            facility = Facility(self._shared, Wait(LOOKING_SECONDS))
            try:
                await facility.jobs.listed(machine, include_finished=False)
            except IRIError as error:  # the next look may succeed
                logger.info("jobs could not be looked at: %s", error)

    async def _of_job(self, record: SubmittedJob) -> Notice:
        facility = Facility(self._shared, Wait(LOOKING_SECONDS))
        machine = Resource(id=record.resource_id, name=record.resource)
        records = JobRecords(self._journal, self._shared.ends_listed)
        (known,) = await records.remembered([KnownJob(machine, record.as_seen(), record)])
        progress = await facility.ensembles.progress_in_time(known)
        return Notice(
            record.job_id,
            known.state,
            status_in_words(known),
            name=record.spec.name,
            resource=record.resource,
            exit_code=record.exit_code,
            members=progress.in_words() if progress else None,
        )

    async def _tell(self, notice: Notice) -> None:
        if not await self._journal.notices.claim(notice.id):
            return
        try:
            await self._way.send(notice)
        except NotSent as error:
            logger.warning("the end of %s could not be told: %s", notice.id, error)
            await self._journal.notices.settle(notice.id, sent=False)
        else:
            await self._journal.notices.settle(notice.id, sent=True)


def _of_plan(plan: PlannedJob) -> Notice:
    reason = f": {plan.reason}" if plan.reason else ""
    return Notice(plan.id, plan.state, f"{plan.state}{reason}", name=plan.spec.name, resource=plan.resource)
