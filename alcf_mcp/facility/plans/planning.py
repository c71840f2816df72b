"""Plan jobs that follow others: what they wait for, what their chain costs, and their cancellation."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from alcf_mcp.facility.changes.limits import Limits
from alcf_mcp.facility.changes.recorder import Recorder
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.jobs.listing import Jobs
from alcf_mcp.facility.jobs.output_paths import files_to_be
from alcf_mcp.facility.jobs.planned import plan_in_words
from alcf_mcp.facility.jobs.prepare import Prepared
from alcf_mcp.facility.jobs.request import JobRequest, NewJobRequest
from alcf_mcp.facility.plans.predecessors import Predecessor, Predecessors
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import Resource
from alcf_mcp.journal import Journal, PlannedJob
from alcf_mcp.journal.plans import AfterState, AlreadyTaken, ChainChanged


@dataclass(frozen=True)
class PlannedSubmission:
    """A job that is to follow another, before anybody is asked.

    Attributes:
        prepared: the job.
        before: what it waits for.
        after_state: what has to have happened to that.
        chain: the planned jobs of its chain that are not over.
        submitted_today: node hours of the jobs submitted within the last 24 hours.
        planned: node hours of all planned jobs.
    """

    prepared: Prepared
    before: Predecessor
    after_state: AfterState
    chain: list[PlannedJob]
    submitted_today: float
    planned: float

    @property
    def is_due(self) -> bool:
        """Whether what it waits for has happened already: then it is submitted at once."""
        return self.before.standing.verdict == "holds"

    @property
    def condition(self) -> str:
        """What has to have happened, in words."""
        return f"{self.before.told} has {self.after_state}"

    @property
    def chain_node_hours(self) -> float:
        """The most that the waiting jobs of the chain may cost, without this one."""
        return sum(job.node_hours for job in self.chain if job.state == "waiting")

    @property
    def cost(self) -> float:
        """The most that the waiting jobs of the chain may cost, with this one."""
        return self.chain_node_hours + self.prepared.cost


class Planning:
    """Plans jobs, for one call."""

    def __init__(
        self, journal: Journal, api_url: str, jobs: Jobs, recorder: Recorder, limits: Limits
    ) -> None:
        self._journal = journal
        self._plans = journal.plans
        self._api_url = api_url
        self._predecessors = Predecessors(journal, api_url, jobs)
        self._recorder = recorder
        self._limits = limits
        self._last: tuple[Prepared, str, AfterState, PlannedSubmission] | None = None

    async def consider(self, prepared: Prepared, after: str, after_state: AfterState) -> PlannedSubmission:
        """Check what a job would wait for, and what its chain comes to.

        Raises:
            InvalidCall: there is no such job, or what is to be waited for can't happen any more.
        """
        if self._last and self._last[0] is prepared and self._last[1:3] == (after, after_state):
            return self._last[3]
        before = await self._predecessors.find(after, after_state)
        if before.standing.verdict == "lost":
            raise InvalidCall(
                f"The job would never be submitted: {before.standing.reason}",
                hint="Submit it without `after`, or after another job.",
            )
        chain = await self._plans.chain(self._api_url, before.root)
        await self._note_shared_files(prepared)
        submission = PlannedSubmission(
            prepared,
            before,
            after_state,
            chain,
            await self._journal.actions.node_hours_of_a_day(),
            await self._plans.node_hours(),
        )
        self._last = prepared, after, after_state, submission
        return submission

    async def add(self, submission: PlannedSubmission) -> PlannedJob:
        """Write down a planned job.

        Raises:
            LimitReached: the day's node hours do not allow it.
            InvalidCall: its chain has become more expensive than the user was shown.
            JournalError: it can't be written down.
        """
        prepared, before, caller = submission.prepared, submission.before, self._recorder.caller
        job = PlannedJob(
            created_at=datetime.now(UTC),
            api_url=self._api_url,
            resource_id=prepared.machine.id,
            resource=prepared.machine.name,
            after=before.id,
            after_resource_id=before.resource_id,
            after_state=submission.after_state,
            root=before.root,
            spec=prepared.spec,
            request={one.name: getattr(prepared.request, one.name) for one in fields(JobRequest)},
            program=prepared.program(),
            replaces=[target.path.canonical for target in prepared.targets if target.replaces],
            node_hours=prepared.cost,
            arguments=json.loads(json.dumps(caller.arguments, default=str)),
            client=caller.client,
            shown=caller.shown,
            confirmed=caller.confirmed,
        )
        limit = self._limits.node_hours_per_day if prepared.cost else None
        try:
            added = await self._plans.add(job, day_limit=limit, chain_node_hours=submission.chain_node_hours)
        except ChainChanged:
            raise InvalidCall(
                "Another job was added to this chain just now; this one was not planned",
                hint="Check that it is still wanted, and call again.",
            ) from None
        if added is None:
            spent, planned = await self._journal.actions.node_hours_of_a_day(), await self._plans.node_hours()
            self._limits.check_day(max(spent, (limit or 0.0) - planned), prepared.cost, planned)
            raise InvalidCall("The day's node hours were used up just now", hint="Call again.")
        return added

    async def unsubmitted(self, text: str) -> PlannedJob | None:
        """The planned job that an id names, unless it became a job; ``None`` if it is not such an id.

        Raises:
            InvalidCall: there is no such planned job.
        """
        planned = await self._predecessors.plan(text)
        return planned if planned and planned.job_id is None else None

    async def behind(self, job: PlannedJob) -> list[PlannedJob]:
        """What waits for a planned job, directly or through others."""
        return await self._plans.behind(job.number)

    async def waiting_for(self, known: KnownJob) -> list[PlannedJob]:
        """What waits for a job directly, whether it was named by its own id or as a planned job."""
        waiting = await self._plans.waiting_for(known.job.id)
        if planned := await self._plans.of_job(known.job.id):
            waiting += await self._plans.waiting_for(planned.id)
        return sorted(waiting, key=lambda job: job.number)

    async def cancel(self, job: PlannedJob) -> list[PlannedJob]:
        """Cancel a planned job and all that waits for it; returns them.

        Raises:
            InvalidCall: it is being submitted, or is over.
        """
        try:
            canceled = await self._plans.cancel(job.number)
        except AlreadyTaken:
            now = await self._plans.find(self._api_url, job.number) or job
            raise InvalidCall(
                f"{job.id} {plan_in_words(now)}, so it can't be canceled", hint="Call again in a minute."
            ) from None
        await self._recorder.note_done("cancel_plan")
        return canceled

    async def _note_shared_files(self, prepared: Prepared) -> None:
        """Note where a planned job writes to the same file: one of the two outputs will be lost."""
        taken = {path: job for job in await self._plans.open(self._api_url) for path in files_to_be(job.spec)}
        for target in prepared.targets:
            if not target.replaces and not target.is_directory and (job := taken.get(target.path.canonical)):
                target.replaces = f"{job.id} writes to {target.path} as well: one of the two outputs is lost."


def prepared_again(job: PlannedJob, machine: Resource) -> Prepared:
    """A planned job as it is submitted: exactly what the user was shown.

    Args:
        job: the planned job.
        machine: where it runs.
    """
    return Prepared(machine, request_of_plan(job), job.spec, [], recorded=job.program)


def request_of_plan(job: PlannedJob) -> NewJobRequest:
    """What a planned job asks for, in the user's terms; of an ensemble, what each member runs."""
    named = {one.name for one in fields(JobRequest)}
    return NewJobRequest(**{name: value for name, value in job.request.items() if name in named})
