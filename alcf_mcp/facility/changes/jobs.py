"""Changes to jobs and tasks: within the limits, recorded, and sent once."""

from __future__ import annotations

import logging
import secrets
import uuid

import anyio

from alcf_mcp.facility.changes.evidence import was_refused
from alcf_mcp.facility.changes.intents import CancelIntent, SubmitIntent, TaskIntent, UpdateIntent
from alcf_mcp.facility.changes.limits import Limits
from alcf_mcp.facility.changes.lost_jobs import LostJobs
from alcf_mcp.facility.changes.recorder import DayIsSpent, Recorder, Send, Sending
from alcf_mcp.facility.jobs.cost import most_node_hours, node_hours
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.jobs.request import merged
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.models import Job, JobSpec, Resource
from alcf_mcp.journal import Journal, JournalError, SubmittedJob

logger = logging.getLogger(__name__)


class JobActions:
    """Submits, changes and cancels jobs, for one call.

    Every method raises ``LimitReached`` if the user's limits do not allow the change, and ``JournalError`` if
    it can't be recorded. Nothing is sent in either case.
    """

    def __init__(
        self,
        iri: IRIClient,
        journal: Journal,
        recorder: Recorder,
        limits: Limits,
        lost: LostJobs,
    ) -> None:
        self._iri = iri
        self._journal = journal
        self._recorder = recorder
        self._limits = limits
        self._lost = lost

    async def check(self, machine: Resource, spec: JobSpec, before: JobSpec | None = None) -> float:
        """Check a job against the limits, before the user is asked about it.

        Args:
            machine: where it will run.
            spec: its specification.
            before: its specification before an update.

        Returns:
            The most node hours that it can add to the cost.
        """
        self._limits.check_job(spec)
        counted = (node_hours(before) if before else None) or 0.0
        more = most_node_hours(spec, machine.name) - counted
        if self._limits.node_hours_per_day is not None:
            self._limits.check_day(await self._journal.actions.node_hours_of_a_day(), more)
        return max(more, 0.0)

    async def submit(self, machine: Resource, spec: JobSpec, *, script: str | None = None) -> KnownJob:
        """Submit a job and record it.

        A job without a name is given a unique one, and every submission has an idempotency key, so that the
        job can be found again if the answer is lost.
        """
        cost = await self.check(machine, spec)
        spec = spec if spec.name else spec.model_copy(update={"name": f"alcf-mcp-{secrets.token_hex(4)}"})
        key = str(uuid.uuid4())
        keyed = self._iri.honours_keys
        known, complete = (None, False) if keyed else await self._lost.before(machine.id)
        intent = SubmitIntent(
            resource_id=machine.id,
            resource=machine.name,
            spec=spec,
            script=script,
            key=key,
            known=known,
            complete=complete,
        )

        async def send(sending: Sending) -> Job:
            job = await self._iri.submit_job(machine.id, spec, key=key)
            sending.job_id = job.id
            await self._remember(intent.as_submitted(job.id))
            return job

        job = await self._carry_out(intent, send, cost)
        return KnownJob(machine, job, intent.as_submitted(job.id))

    async def update(self, known: KnownJob, spec: JobSpec) -> Job:
        """Change a queued job and record the change."""
        changed = merged(known.spec, spec) if known.spec else spec
        more = await self.check(known.resource, changed, known.spec)
        key = str(uuid.uuid4())
        machine, job_id = known.resource.id, known.job.id

        async def send(sending: Sending) -> Job:
            sending.job_id = job_id
            return await self._iri.update_job(machine, job_id, spec, key=key)

        try:
            intent = UpdateIntent(resource_id=machine, job_id=job_id, change=spec, key=key)
            job = await self._carry_out(intent, send, more)
        except BaseException as error:
            if not was_refused(error):
                # Every update sends the node count: one that may be wrong must not be sent with the next.
                with anyio.CancelScope(shield=True):
                    await self._remember_as(known, changed.model_copy(update={"resources": None}))
            raise
        await self._remember_as(known, changed)
        return job

    async def cancel(self, known: KnownJob) -> None:
        """Request that a job be canceled; it stays active for some seconds after that."""
        machine, job_id = known.resource.id, known.job.id

        async def send(sending: Sending) -> None:
            sending.job_id = job_id
            await self._iri.cancel_job(machine, job_id)

        await self._recorder.carry_out(CancelIntent(resource_id=machine, job_id=job_id), send)

    async def _carry_out(self, intent: SubmitIntent | UpdateIntent, send: Send[Job], cost: float) -> Job:
        """Carry out a change that may cost node hours; another process may have used them up meanwhile."""
        limit = self._limits.node_hours_per_day if cost else None
        try:
            return await self._recorder.carry_out(intent, send, node_hours=cost, day_limit=limit)
        except DayIsSpent:
            spent = await self._journal.actions.node_hours_of_a_day()
            self._limits.check_day(max(spent, limit or 0.0), cost)
            raise

    async def _remember_as(self, known: KnownJob, spec: JobSpec) -> None:
        if known.record:
            await self._remember(known.record.model_copy(update={"spec": spec}))

    async def _remember(self, record: SubmittedJob) -> None:
        try:
            await self._journal.jobs.record(record)
        except JournalError as error:  # the job exists all the same
            logger.warning("job %s can't be recorded: %s", record.job_id, error)


class TaskActions:
    """Cancels tasks of one facility, for one call."""

    def __init__(self, iri: IRIClient, recorder: Recorder) -> None:
        self._iri = iri
        self._recorder = recorder

    async def cancel(self, task_id: str) -> str:
        """Request that a task be canceled, and return the facility's reply.

        Raises:
            JournalError: the request can't be recorded, and so is not sent.
            OutcomeUnknown: the request may have been carried out.
            IRIError: the request was not carried out.
        """

        async def send(_: Sending) -> str:
            return await self._iri.cancel_task(task_id)

        return await self._recorder.carry_out(TaskIntent(task_id=task_id), send) or ""
