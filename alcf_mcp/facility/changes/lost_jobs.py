"""Find out from the scheduler what happened to a change whose answer was lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import anyio

from alcf_mcp.facility.changes.evidence import Finding
from alcf_mcp.facility.changes.intents import CancelIntent, SubmitIntent, UpdateIntent
from alcf_mcp.facility.jobs.known import FACILITY_CUTS_AT, LIST_LIMIT, job_number
from alcf_mcp.facility.unsupported import UnsupportedOperations
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import IRIError, LookAt, NotImplementedThere
from alcf_mcp.iri.models import Job, JobSpec
from alcf_mcp.journal import Journal
from alcf_mcp.journal.actions import COMPETES

SPECS = "getJobs include_spec"

BASELINE_SECONDS = 3.0
"""The time limit for listing the existing jobs before a submission."""

LATE = timedelta(minutes=2)
"""After this, what is seen may just as well have another cause."""

_ENDED_BY_US = frozenset({128 + 15, 256 + 15, 256 + 9})
"""Exit codes of jobs that PBS ended (ALCF's deployment of the API, 2026-08)."""

_JOBS = LookAt("jobs")


class LostJobs:
    """Finds jobs and their state although the facility's answer to the change was lost."""

    def __init__(self, iri: IRIClient, journal: Journal, unsupported: UnsupportedOperations) -> None:
        self._iri = iri.without_retries()
        self._journal = journal
        self._unsupported = unsupported

    async def before(self, resource_id: str) -> tuple[list[str] | None, bool]:
        """The ids of the user's jobs, and whether they include all ended jobs.

        The ids are ``None`` if the list is incomplete or does not arrive in time.
        """
        waiting: Sequence[Job] | None = None
        ended: Sequence[Job] | None = None

        async def list_waiting() -> None:
            nonlocal waiting
            waiting = await self._listed(resource_id, historical=False)

        async def list_ended() -> None:
            nonlocal ended
            ended = await self._listed(resource_id, historical=True)

        with anyio.move_on_after(BASELINE_SECONDS):
            async with anyio.create_task_group() as both:
                both.start_soon(list_waiting)
                both.start_soon(list_ended)
        if waiting is None:
            return None, False
        return sorted({job_number(job.id) for job in (*waiting, *(ended or ()))}), ended is not None

    async def find_submitted(self, intent: SubmitIntent, action: int, age: timedelta) -> Finding:
        """Look for a job whose submission was not answered, and record it as ours if it is found.

        Only a job that did not exist before can be it. If there are several, it is the one with the same
        specification, if the facility reports specifications. Nothing is concluded if that does not identify
        it, or if another submission is open too. That there is none is concluded only from complete lists,
        ended jobs included: it may have ended since.

        Args:
            intent: the submission.
            action: its number in the journal.
            age: how long ago it was sent. After ``LATE``, a new job may come from elsewhere; after
                ``COMPETES``, a job that has not appeared will not appear any more.
        """
        if recorded := await self._journal.jobs.submitted_with(intent.key):
            detail = f"it was submitted as job {recorded.job_id}, which is recorded"
            return Finding("done", detail, recorded.as_seen(), job_id=recorded.job_id)
        is_late = age > LATE
        new = await self._new_jobs(intent)
        if new is None:
            return Finding("unknown", f"the jobs on {intent.resource} can't be compared", look_at=_JOBS)
        same = [job for job in new if _asks_for(job, intent.spec)]
        candidates = same or [job for job in new if job.job_spec is None]
        if not candidates:
            return _none_found(intent, age, is_certain=intent.complete and not new)
        others = await self._journal.actions.open_submissions(intent.resource_id) - {action}
        if len(candidates) == 1 and not others and (same or not is_late):
            job = candidates[0]
            if await self._journal.jobs.claim(intent.as_submitted(job.id)):
                proof = "it has the same specification" if same else "it is the only new one"
                return Finding("done", f"it was submitted as job {job.id} ({proof})", job, job_id=job.id)
        ids = ", ".join(job.id for job in candidates[:5])
        detail = f"{ids} may be from this submission or from another"
        return Finding("unknown", detail, look_at=LookAt("one of these jobs", ids), is_final=is_late)

    async def find_canceled(self, intent: CancelIntent) -> Finding:
        """Check whether a job that was to be canceled has ended, and whether that was the reason."""
        job = await self._iri.get_job(intent.resource_id, intent.job_id)
        look_at = LookAt("job", intent.job_id)
        if not job.finished:
            return Finding("unknown", f"the job is still {job.state}", look_at=look_at)
        if job.state in ("canceled", "cancelled") or job.exit_code in _ENDED_BY_US:
            return Finding("done", "the job was canceled", job)
        return Finding("unknown", f"the job has ended ({job.state}), perhaps on its own", job, look_at)

    async def find_updated(self, intent: UpdateIntent) -> Finding:
        """Check whether a job has the new specification, if the facility reports specifications."""
        look_at = LookAt("job", intent.job_id)
        try:
            job = await self._iri.get_job(intent.resource_id, intent.job_id, include_spec=True)
        except NotImplementedThere:
            return Finding("unknown", "the facility does not report what a job asks for", look_at=look_at)
        if _asks_for(job, intent.change):
            return Finding("done", "the job has the requested change", job)
        return Finding("unknown", "the job does not have the requested change so far", look_at=look_at)

    async def _new_jobs(self, intent: SubmitIntent) -> list[Job] | None:
        """The jobs that are new and have no record yet; ``None`` if that can't be determined."""
        if intent.known is None:
            return None
        waiting = await self._listed(intent.resource_id, historical=False)
        ended = await self._listed(intent.resource_id, historical=True) if intent.complete else ()
        if waiting is None or ended is None:
            return None
        found = {job.id: job for job in (*waiting, *ended)}
        taken = await self._journal.jobs.among(found)
        return [job for id, job in found.items() if id not in taken and job_number(id) not in intent.known]

    async def _listed(self, resource_id: str, *, historical: bool) -> Sequence[Job] | None:
        """The user's jobs, with specifications if reported; ``None`` if the list is missing or incomplete."""
        include_spec = None if await self._unsupported.lacks(SPECS) else True
        try:
            jobs = await self._iri.list_jobs(
                resource_id, historical=historical, include_spec=include_spec, limit=LIST_LIMIT
            )
        except NotImplementedThere:
            if not include_spec:
                return None
            await self._unsupported.note_missing(SPECS)
            return await self._listed(resource_id, historical=historical)
        except IRIError:
            return None
        return None if len(jobs) >= FACILITY_CUTS_AT else jobs


def _none_found(intent: SubmitIntent, age: timedelta, *, is_certain: bool) -> Finding:
    """What it means that no job can be from a submission, this long after it."""
    if age <= COMPETES:
        return Finding("unknown", f"there is no new job on {intent.resource} so far", look_at=_JOBS)
    later = f"{intent.resource}, {spoken(age.total_seconds())} later"
    if is_certain:
        return Finding("failed", f"there is no new job on {later}")
    detail = f"no job can be told to be from it on {later}; it may have ended since"
    return Finding("unknown", detail, look_at=_JOBS, is_final=True)


def _asks_for(job: Job, spec: JobSpec) -> bool:
    """Whether a job's reported specification includes everything in ``spec``."""
    return job.job_spec is not None and _includes(job.job_spec.to_wire(), spec.to_wire())


def _includes(whole: object, part: object) -> bool:
    """Whether ``whole`` includes everything in ``part``; it may include more."""
    if isinstance(whole, dict) and isinstance(part, dict):
        return all(name in whole and _includes(whole[name], value) for name, value in part.items())
    return whole == part
