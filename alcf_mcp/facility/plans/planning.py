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
from alcf_mcp.facility.jobs.planned import named_plan, plan_in_words
from alcf_mcp.facility.jobs.prepare import Prepared
from alcf_mcp.facility.jobs.request import JobRequest, NewJobRequest
from alcf_mcp.facility.plans.conditions import OPEN, Standing, standing_of_job, standing_of_plan
from alcf_mcp.iri.errors import InvalidCall, LookAt
from alcf_mcp.iri.models import Resource
from alcf_mcp.journal import Journal, PlannedJob
from alcf_mcp.journal.plans import AfterState, AlreadyTaken, ChainChanged, plan_number

MOST_NAMED = 5


@dataclass(frozen=True)
class Predecessor:
    """What a planned job waits for: a job, or another planned job.

    Attributes:
        id: its id.
        resource_id: the job's machine; empty for a planned job.
        told: what it is, in words.
        root: the job at the beginning of the chain.
        standing: how the condition stands.
    """

    id: str
    resource_id: str
    told: str
    root: str
    standing: Standing


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
        self._jobs = jobs
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
        before = await self._predecessor(after, after_state)
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

    async def find(self, text: str) -> PlannedJob | None:
        """The planned job that an id names; ``None`` if it is not such an id.

        Raises:
            InvalidCall: there is no such planned job.
        """
        number = plan_number(text)
        if number is None:
            return None
        if found := await self._plans.find(self._api_url, number):
            return found
        there = ", ".join(map(named_plan, await self._plans.latest(self._api_url, limit=MOST_NAMED)))
        raise InvalidCall(
            f"There is no planned job {text.strip()!r}",
            hint=f"The last ones are {there}." if there else "None was planned from here.",
        )

    async def unsubmitted(self, text: str) -> PlannedJob | None:
        """The planned job that an id names, unless it became a job; ``None`` if it is not such an id.

        Raises:
            InvalidCall: there is no such planned job.
        """
        planned = await self.find(text)
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

    async def _predecessor(self, after: str, after_state: AfterState) -> Predecessor:
        plan = await self.find(after)
        if plan is None:
            return await self._job(after, after_state)
        if plan.job_id:
            return await self._job(plan.job_id, after_state)
        standing = standing_of_plan(plan, after) or OPEN
        return Predecessor(plan.id, "", named_plan(plan), plan.root, standing)

    async def _job(self, job_id: str, after_state: AfterState) -> Predecessor:
        try:
            known = await self._jobs.get(job_id, patience=0)
        except InvalidCall as error:
            raise await self._named_instead(error) from None
        plan = await self._plans.of_job(known.job.id)
        standing = standing_of_job(known, after_state)
        if standing.is_unseen:
            standing = Standing("lost", standing.reason)
        name = f" ({known.spec.name})" if known.spec and known.spec.name else ""
        return Predecessor(
            known.job.id,
            known.resource.id,
            f"job {known.job.id}{name} on {known.resource.name}",
            plan.root if plan else known.job.id,
            standing,
        )

    async def _named_instead(self, error: InvalidCall) -> InvalidCall:
        """The same error, with what there is to wait for."""
        last = await self._journal.jobs.last(limit=MOST_NAMED)
        there = ", ".join(f"{job.job_id} ({job.spec.name})" if job.spec.name else job.job_id for job in last)
        hint = f"The last jobs from here are {there}." if there else error.hint
        return InvalidCall(str(error), hint=hint, look_at=error.look_at or LookAt("jobs"))

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
    named = {one.name for one in fields(JobRequest)}
    request = NewJobRequest(**{name: value for name, value in job.request.items() if name in named})
    return Prepared(machine, request, job.spec, [], recorded=job.program)
