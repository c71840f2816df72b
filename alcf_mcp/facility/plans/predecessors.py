"""Find what a job is to wait for: a job or a planned job, by its id or its name."""

from __future__ import annotations

from dataclasses import dataclass

from alcf_mcp.facility.jobs.known import is_job_id
from alcf_mcp.facility.jobs.listing import Jobs
from alcf_mcp.facility.jobs.planned import named_plan
from alcf_mcp.facility.plans.conditions import OPEN, Standing, standing_of_job, standing_of_plan
from alcf_mcp.iri.errors import InvalidCall, LookAt
from alcf_mcp.journal import Journal, PlannedJob
from alcf_mcp.journal.plans import AfterState, plan_number
from alcf_mcp.wording import named

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


class Predecessors:
    """Finds what jobs are to wait for, for one call."""

    def __init__(self, journal: Journal, api_url: str, jobs: Jobs) -> None:
        self._journal = journal
        self._plans = journal.plans
        self._api_url = api_url
        self._jobs = jobs

    async def find(self, after: str, after_state: AfterState) -> Predecessor:
        """The job or planned job that an id or a name means.

        Raises:
            InvalidCall: there is none, or several may be meant.
        """
        after = after.strip()
        if plan_number(after) is None and not is_job_id(after):
            after = await self._called(after) or after
        plan = await self.plan(after)
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
        if standing.doubt == "unseen":
            standing = Standing("lost", standing.reason)
        name = f" ({known.spec.name})" if known.spec and known.spec.name else ""
        return Predecessor(
            known.job.id,
            known.resource.id,
            f"job {known.job.id}{name} on {known.resource.name}",
            plan.root if plan else known.job.id,
            standing,
        )

    async def _called(self, name: str) -> str | None:
        """The id of what has this name: of what is not over if there is any, or else of what has ended.

        Raises:
            InvalidCall: there are several.
        """
        meant = [plan.id for plan in await self._plans.open(self._api_url) if plan.spec.name == name]
        meant += [job.job_id for job in await self._journal.jobs.not_ended() if job.spec.name == name]
        if not meant:
            meant = [job.job_id for job in await self._journal.jobs.called(name, limit=MOST_NAMED)]
        if len(meant) > 1:
            raise InvalidCall(
                f"Several jobs are called {name}: {named(meant[:MOST_NAMED])}",
                hint="Give the id of the one that is to be waited for.",
            )
        return meant[0] if meant else None

    async def _named_instead(self, error: InvalidCall) -> InvalidCall:
        """The same error, with what there is to wait for."""
        last = await self._journal.jobs.last(limit=MOST_NAMED)
        there = ", ".join(f"{job.job_id} ({job.spec.name})" if job.spec.name else job.job_id for job in last)
        hint = f"The last jobs from here are {there}." if there else error.hint
        return InvalidCall(str(error), hint=hint, look_at=error.look_at or LookAt("jobs"))

    async def plan(self, text: str) -> PlannedJob | None:
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
