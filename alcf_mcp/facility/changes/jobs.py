"""Changes to jobs and tasks: within the limits, recorded, and sent once."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import anyio

from alcf_mcp.facility.alcf.words import Meaning, meaning_of
from alcf_mcp.facility.changes.evidence import was_refused
from alcf_mcp.facility.changes.files import FileActions
from alcf_mcp.facility.changes.intents import CancelIntent, SubmitIntent, TaskIntent, UpdateIntent
from alcf_mcp.facility.changes.limits import LimitReached, Limits
from alcf_mcp.facility.changes.lost_jobs import LostJobs
from alcf_mcp.facility.changes.recorder import DayIsSpent, Recorder, Send, Sending
from alcf_mcp.facility.changes.targets import PathClaims
from alcf_mcp.facility.jobs.cost import most_node_hours, node_hours
from alcf_mcp.facility.jobs.ensembles import moved
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.jobs.new_jobs import made_up_name
from alcf_mcp.facility.jobs.output_paths import OutputPath
from alcf_mcp.facility.jobs.prepare import Prepared
from alcf_mcp.facility.jobs.request import merged
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import InvalidCall, IRIError, LookAt, TaskFailed
from alcf_mcp.iri.models import Job, JobSpec, Resource
from alcf_mcp.journal import Journal, JournalError, SubmittedJob

MORE_LOOKS = 2
"""How often the jobs before the submission of a planned job are listed again, if a list did not come."""

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
        files: FileActions,
        claims: PathClaims,
    ) -> None:
        self._iri = iri
        self._files = files
        self._claims = claims
        self._journal = journal
        self._recorder = recorder
        self._limits = limits
        self._lost = lost

    async def check(
        self, machine: Resource, spec: JobSpec, before: JobSpec | None = None, *, plan: int | None = None
    ) -> float:
        """Check a job against the limits, before the user is asked about it.

        Args:
            machine: where it will run.
            spec: its specification.
            before: its specification before an update.
            plan: the planned job that it is. Other planned jobs count only when one more is wanted: those
                that are written down already were allowed together.

        Returns:
            The most node hours that it can add to the cost.
        """
        self._limits.check_job(spec)
        counted = (node_hours(before) if before else None) or 0.0
        more = most_node_hours(spec, machine.name) - counted
        if self._limits.node_hours_per_day is not None:
            await self._check_day(more, plan)
        return max(more, 0.0)

    async def _check_day(self, more: float, plan: int | None = None, *, at_least: float = 0.0) -> None:
        """Check what a day may cost; ``at_least`` is what is known to be spent."""
        spent = max(await self._journal.actions.node_hours_of_a_day(), at_least)
        planned = 0.0 if plan is not None else await self._journal.plans.node_hours()
        self._limits.check_day(spent, more, planned)

    async def submit(self, prepared: Prepared, *, plan: int | None = None) -> KnownJob:
        """Submit a job and record it; missing output directories are made first.

        A job without a name is given a unique one, and every submission has an idempotency key, so that the
        job can be found again if the answer is lost.

        Args:
            prepared: the job.
            plan: the planned job that it is; it is claimed with the submission.

        Raises:
            AlreadyTaken: another process submits the planned job, or it was canceled.
            InvalidCall: an output directory could not be made, or another call writes to the same file.
        """
        machine, spec = prepared.machine, prepared.spec
        cost = await self.check(machine, spec, plan=plan)
        for directory in prepared.to_make:
            await self._make_directory(directory)
        spec = spec if spec.name else spec.model_copy(update={"name": made_up_name()})
        key = str(uuid.uuid4())
        keyed = self._iri.honours_keys
        known, complete = (None, False) if keyed else await self._jobs_before(machine, plan)
        intent = SubmitIntent(
            resource_id=machine.id,
            resource=machine.name,
            spec=spec,
            script=prepared.request.script,
            program=prepared.program(),
            key=key,
            known=known,
            complete=complete,
        )

        async def send(sending: Sending) -> Job:
            job = await self._iri.submit_job(machine.id, spec, key=key)
            sending.job_id = job.id
            await self._remember(intent.as_submitted(job.id))
            return job

        with self._claimed(prepared.targets):
            job = await self._carry_out(intent, send, cost, plan)
        return KnownJob(machine, job, intent.as_submitted(job.id))

    async def _jobs_before(self, machine: Resource, plan: int | None) -> tuple[list[str] | None, bool]:
        """The jobs before a submission, and whether they include all ended ones.

        Nobody waits for a planned job: it is not sent until they are known, so that it can be found.

        Raises:
            InvalidCall: they are not known, and the job is a planned one.
        """
        known, complete = await self._lost.before(machine.id)
        for _ in range(MORE_LOOKS if plan is not None else 0):
            if not complete:
                again, complete = await self._lost.before(machine.id)
                known = known if again is None else again
        if known is None and plan is not None:
            raise InvalidCall(
                f"the jobs on {machine.name} can't be listed now, so a lost answer could not be made good"
            )
        return known, complete

    async def update(self, known: KnownJob, change: JobSpec, targets: Sequence[OutputPath] = ()) -> Job:
        """Change a queued job and record the change; missing output directories are made first.

        Raises:
            InvalidCall: the job has changed since it was checked, or an output directory could not be made.
        """
        machine, job_id = known.resource.id, known.job.id
        with self._claims.claimed(f"job {job_id}", float("inf")):
            await self._refuse_stale(known)
            changed = merged(known.spec, change) if known.spec else change
            more = await self.check(known.resource, changed, known.spec)
            for target in targets:
                if target.missing:
                    await self._make_directory(target.missing)
            key = str(uuid.uuid4())

            async def send(sending: Sending) -> Job:
                sending.job_id = job_id
                return await self._iri.update_job(machine, job_id, change, key=key)

            try:
                intent = UpdateIntent(resource_id=machine, job_id=job_id, change=change, key=key)
                job = await self._carry_out(intent, send, more)
            except BaseException as error:
                if not was_refused(error):
                    # Every update sends the node count: one that may be wrong must not go with the next.
                    with anyio.CancelScope(shield=True):
                        await self._remember_as(known, changed.model_copy(update={"resources": None}))
                raise
            await self._remember_as(known, changed)
        return job

    async def _refuse_stale(self, known: KnownJob) -> None:
        """Refuse a change of a job that another call, of this process or another, has changed meanwhile."""
        now = next((one for one in await self._journal.jobs.named(known.job.id) if known.record), None)
        if now and known.record and now.spec != known.record.spec:
            raise InvalidCall(
                f"Job {known.job.id} was changed by another call just now",
                hint="Check that the change is still wanted, and call again.",
                look_at=LookAt("job", known.job.id),
            )

    async def _make_directory(self, path: RemotePath) -> None:
        """Make a job's output directory; one that is there after all, as a link, will do.

        Raises:
            InvalidCall: it could not be made, so nothing is sent: the job's output would be lost.
        """
        try:
            await self._files.mkdir(path, parents=True)
        except LimitReached:
            raise
        except IRIError as error:
            if isinstance(error, TaskFailed) and meaning_of(error) is Meaning.THERE_ALREADY:
                return
            why = str(error).rstrip(".")
            raise InvalidCall(
                f"The job was not submitted: its output directory {path} could not be made ({why})",
                hint="Make it first, or name another directory, and submit the job again.",
            ) from None

    @contextmanager
    def _claimed(self, targets: Sequence[OutputPath]) -> Iterator[None]:
        """Around a submission: no other call of this process writes to the same files."""
        with ExitStack() as claims:
            files = {one.path.canonical: one.seen_at for one in targets if not one.is_directory}
            for place, seen_at in files.items():
                claims.enter_context(self._claims.claimed(place, seen_at))
            yield

    async def cancel(self, known: KnownJob) -> None:
        """Request that a job be canceled; it stays active for some seconds after that."""
        machine, job_id = known.resource.id, known.job.id

        async def send(sending: Sending) -> None:
            sending.job_id = job_id
            await self._iri.cancel_job(machine, job_id)

        await self._recorder.carry_out(CancelIntent(resource_id=machine, job_id=job_id), send)

    async def _carry_out(
        self, intent: SubmitIntent | UpdateIntent, send: Send[Job], cost: float, plan: int | None = None
    ) -> Job:
        """Carry out a change that may cost node hours; another process may have used them up meanwhile."""
        limit = self._limits.node_hours_per_day if cost else None
        try:
            return await self._recorder.carry_out(intent, send, node_hours=cost, day_limit=limit, plan=plan)
        except DayIsSpent:
            await self._check_day(cost, plan, at_least=limit or 0.0)
            raise

    async def _remember_as(self, known: KnownJob, spec: JobSpec) -> None:
        if (record := known.record) is None:
            return
        runs, ran = (spec.executable, spec.arguments), (record.spec.executable, record.spec.arguments)
        program = moved(record, spec) if runs == ran else None
        await self._remember(record.model_copy(update={"spec": spec, "program": program}))

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
