"""Submit planned jobs once what they wait for has happened: each once, whatever happens to the process."""

from __future__ import annotations

import logging
import secrets
from datetime import UTC, datetime
from time import monotonic, time

from alcf_mcp.facility import Caller, Facility, LimitReached, OutcomeUnknown, ProcessState, Wait
from alcf_mcp.facility.alcf.words import is_pbs_refusal
from alcf_mcp.facility.changes.evidence import was_refused
from alcf_mcp.facility.changes.lost_answers import recover_open_actions
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.plans.conditions import Standing, standing_of_job, standing_of_plan, unseen
from alcf_mcp.facility.plans.planning import prepared_again
from alcf_mcp.iri.errors import APIError, InvalidCall, IRIError
from alcf_mcp.journal import Action, JournalError, PlannedJob
from alcf_mcp.journal.actions import DETAIL_LIMIT, GIVEN_UP, STALE, has_ended, this_process
from alcf_mcp.journal.plans import AlreadyTaken, plan_number
from alcf_mcp.wording import count

logger = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
"""How long what was seen of a job counts: each is looked at once in this time, however many wait for it."""

LEASE_SECONDS = 120.0
CALL_SECONDS = 60.0
"""The time limit of one submission, and of one look at a job."""

UNSEEN_SECONDS = 900.0
"""After this time, a job that the facility does not know counts as lost."""

UNTOLD_SECONDS = 3600.0
"""After this time, how a job ended counts as unknown if the facility does not say. PBS has the exit code
when a job ends; an hour is left for a facility that is behind."""

FIRST_RETRY, LONGEST_RETRY = 30.0, 900.0
"""Seconds until a submission is tried again that was not carried out; they double with every try."""

CHECK_AGAIN = 300.0
"""Seconds until limits and output files are checked again."""

MOST_TRIES = 20

_FOR_GOOD = frozenset((400, 404, 409, 422, 501))
"""Statuses of refusals that another try would get as well."""


class PlanRunner:
    """Submits the planned jobs of one facility. Of all the user's processes, only one is at work.

    Args:
        shared: what the process's calls share.

    Attributes:
        is_at_work: whether it was this one when it last looked.
    """

    def __init__(self, shared: ProcessState) -> None:
        self._shared = shared
        self._plans = shared.journal.plans
        self._url = shared.iri.base_url
        self._lease = f"plans at {self._url}"
        self._holder = f"{this_process()}/{secrets.token_hex(4)}"
        self._seen: dict[str, tuple[float, KnownJob | Standing]] = {}
        self._doubtful: set[int] = set()
        self._recover_pause, self._recover_at = FIRST_RETRY, 0.0
        self.is_at_work = False

    async def advance(self) -> list[PlannedJob]:
        """Look once at what is waited for, and submit what is due; returns what is not over after that.

        Raises:
            JournalError: the journal can't be used.
        """
        if not await self._plans.are_open(self._url):
            return []
        if await self._has_lease():
            fresh = monotonic() - LOOK_SECONDS
            self._seen = {job_id: seen for job_id, seen in self._seen.items() if seen[0] > fresh}
            await self._settle()
            for job in await self._plans.open(self._url):
                if job.state != "waiting" or _is_to_rest(job):
                    continue
                if not await self._has_lease():
                    break
                await self._advance(job)
        return await self._plans.open(self._url)

    def is_stuck(self, jobs: list[PlannedJob]) -> bool:
        """Whether waiting is in vain, as it will never be known whether the first job was submitted."""
        doubtful: set[str] = set()
        for job in jobs:  # what is waited for comes first
            if job.number in self._doubtful or job.after in doubtful:
                doubtful.add(job.id)
        return bool(jobs) and len(doubtful) == len(jobs)

    async def stop(self) -> None:
        """Let another process take over at once."""
        await self._shared.journal.leases.give_back(self._lease, self._holder)

    async def _has_lease(self) -> bool:
        lease = self._shared.journal.leases.take(self._lease, self._holder, LEASE_SECONDS)
        self.is_at_work = await lease
        return self.is_at_work

    async def _advance(self, job: PlannedJob) -> None:
        try:
            standing = await self._standing(job)
            if standing.verdict == "lost" or _is_given_up_on(job, standing):
                await self._plans.close(job.number, "skipped", standing.reason_if_lost)
            elif standing.verdict == "open":
                await self._go_on_waiting(job, standing.reason, in_doubt=bool(standing.doubt))
            elif await self._shared.journal.actions.open_submissions(job.resource_id):
                # With one submission at a time, the one new job is known to be from it.
                await self._go_on_waiting(job, f"another submission to {job.resource} is not resolved yet")
            else:
                await self._submit(job)
        except JournalError:
            raise
        except Exception:  # whatever is wrong with one must not hold up the others
            logger.exception("%s can't be advanced", job.id)

    async def _go_on_waiting(self, job: PlannedJob, reason: str, *, in_doubt: bool = False) -> None:
        """Record why a planned job waits, if that is new."""
        if reason != (job.reason or "") or in_doubt != (job.unseen_since is not None):
            unseen_since = (job.unseen_since or time()) if in_doubt else None
            await self._plans.go_on_waiting(job.number, reason or None, unseen_since=unseen_since)

    async def _standing(self, job: PlannedJob) -> Standing:
        """How the condition of a planned job stands."""
        job_id, resource_id = job.after, job.after_resource_id
        number = plan_number(job.after)
        if number is not None:
            before = await self._plans.find(self._url, number)
            if standing := standing_of_plan(before, job.after):
                return standing
            if before and before.job_id:
                job_id, resource_id = before.job_id, before.resource_id
        if job_id not in self._seen:
            self._seen[job_id] = monotonic(), await self._look(job_id, resource_id)
        _, seen = self._seen[job_id]
        return standing_of_job(seen, job.after_state) if isinstance(seen, KnownJob) else seen

    async def _look(self, job_id: str, resource_id: str) -> KnownJob | Standing:
        """The job, or how a condition on it stands because it was not seen."""
        try:
            return await Facility(self._shared, Wait(CALL_SECONDS)).jobs.get(job_id, resource_id, patience=0)
        except InvalidCall as error:
            # Subclasses are about the sign-in or the network, not about the job.
            return unseen(job_id) if type(error) is InvalidCall else _not_looked_at(job_id, error)
        except IRIError as error:
            return _not_looked_at(job_id, error)

    async def _submit(self, job: PlannedJob) -> None:
        """Submit a planned job as the user was shown it, unless that would now lose other files."""
        confirmed = f"{job.confirmed}, as {job.id}"
        caller = Caller("submit_job", job.client, job.arguments, job.shown, confirmed)
        facility = Facility(self._shared, Wait(CALL_SECONDS), caller)
        try:
            prepared = prepared_again(job, await facility.names.compute(job.resource_id))
            prepared.targets = await facility.output_paths.looked_at(prepared.machine, job.spec)
            lost = [one.replaces for one in prepared.targets if one.path.canonical not in job.replaces]
            if reason := " ".join(filter(None, lost)):
                await self._rest(job, f"this was not so when it was planned: {reason}")
                return
            await facility.job_actions.submit(prepared, plan=job.number)
        except AlreadyTaken:
            return
        except LimitReached as error:
            await self._rest(job, str(error))
        except OutcomeUnknown as error:
            await self._plans.note_doubt(job.number, str(error)[:DETAIL_LIMIT])
        except IRIError as error:
            await self._not_submitted(job, error)
        await self._settle()

    async def _rest(self, job: PlannedJob, reason: str) -> None:
        await self._plans.go_on_waiting(job.number, reason[:DETAIL_LIMIT], retry_at=time() + CHECK_AGAIN)

    async def _not_submitted(self, job: PlannedJob, error: IRIError) -> None:
        """Record why a submission was not carried out; nothing was sent if it was not claimed."""
        reason = str(error).rstrip(".")[:DETAIL_LIMIT]
        now = await self._plans.find(self._url, job.number)
        if now and now.state == "submitting" and was_refused(error) and _is_for_good(error):
            await self._plans.close(job.number, "failed", reason)
        elif now and now.state == "waiting":
            await self._plans.go_on_waiting(job.number, reason, retry_at=time() + _pause(now))

    async def _settle(self) -> None:
        """Record what became of the actions that claimed planned jobs."""
        claimed = [job for job in await self._plans.open(self._url) if job.state == "submitting"]
        if not claimed:
            return
        await self._recover()
        actions = await self._shared.journal.actions.among(job.action for job in claimed if job.action)
        for job in claimed:
            if job.action and (action := actions.get(job.action)):
                await self._follow(job, action)

    async def _recover(self) -> None:
        """Find out what became of submissions whose answers were lost, at growing intervals."""
        if monotonic() < self._recover_at:
            return
        facility = Facility(self._shared, Wait(CALL_SECONDS))
        found = await recover_open_actions(self._shared.journal, facility.finder, self._url, repeatedly=True)
        self._recover_pause = min(2 * self._recover_pause, LONGEST_RETRY) if found else FIRST_RETRY
        self._recover_at = monotonic() + self._recover_pause if found else 0.0

    async def _follow(self, job: PlannedJob, action: Action) -> None:
        """Record what became of the action that claimed a planned job. What is not known changes nothing."""
        detail = action.detail or "it was not sent"
        match action.outcome:
            case "done" if action.job_id:
                await self._plans.submitted(job.number, action.id, action.job_id)
            case "refused" | "failed" if job.tries >= MOST_TRIES:
                await self._plans.close(job.number, "failed", f"after {count(job.tries, 'try')}: {detail}")
            case "failed" if _may_still_be_sent(action):
                await self._plans.close(job.number, "failed", detail)
            case "refused" | "failed":
                await self._plans.release(job.number, action.id, detail, retry_at=time() + _pause(job))
            case "unknown" | "sent" if action.intent is None or _is_given_up(action):
                self._doubtful.add(job.number)
                await self._doubt(job, action.detail or "its process ended before the answer came")
            case "unknown":
                await self._doubt(job, detail)

    async def _doubt(self, job: PlannedJob, reason: str) -> None:
        if job.reason != reason:
            await self._plans.note_doubt(job.number, reason)


def _not_looked_at(job_id: str, error: IRIError) -> Standing:
    return Standing("open", f"job {job_id} could not be looked at: {str(error).rstrip('.')}"[:DETAIL_LIMIT])


def _is_given_up_on(job: PlannedJob, standing: Standing) -> bool:
    """Whether a doubt about what a planned job waits for has lasted too long."""
    patience = UNSEEN_SECONDS if standing.doubt == "unseen" else UNTOLD_SECONDS
    return bool(standing.doubt and job.unseen_since and time() - job.unseen_since > patience)


def _is_for_good(error: IRIError) -> bool:
    return isinstance(error, APIError) and (error.status in _FOR_GOOD or is_pbs_refusal(error))


def _may_still_be_sent(action: Action) -> bool:
    """Whether a process that was given up may wake up and send its request after all."""
    return not has_ended(action.process) and datetime.now(UTC) - action.began_at > STALE


def _is_given_up(action: Action) -> bool:
    """Whether nothing checks any longer what became of an action."""
    return datetime.now(UTC) - action.began_at > GIVEN_UP


def _pause(job: PlannedJob) -> float:
    return min(FIRST_RETRY * 2.0 ** min(job.tries, 10), LONGEST_RETRY)


def _is_to_rest(job: PlannedJob) -> bool:
    """Whether it is not yet time to try again; one too far ahead dates from before the clock was set back."""
    return time() < job.retry_at <= time() + LONGEST_RETRY
