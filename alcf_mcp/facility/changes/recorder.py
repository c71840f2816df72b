"""Record every change before it is sent, send it once, and record its outcome."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import anyio

from alcf_mcp.facility.changes.evidence import OutcomeUnknown, has_failed, was_refused
from alcf_mcp.facility.changes.intents import Intent, PathIntent, PlaceIntent
from alcf_mcp.facility.changes.limits import Limits
from alcf_mcp.facility.changes.lost_answers import Finder
from alcf_mcp.facility.files.reading import Files, Starter
from alcf_mcp.iri import Wait
from alcf_mcp.iri import errors as iri
from alcf_mcp.iri.models import File, Task, TaskHandle
from alcf_mcp.journal import Action, Journal, JournalError, or_else
from alcf_mcp.journal.actions import ActionOutcome

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass
class Caller:
    """Who makes the call, and whether the user confirmed it; recorded in the journal with every action."""

    tool: str = ""
    client: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    shown: str | None = None
    confirmed: str = "not asked"


@dataclass
class Sending:
    """What becomes known about an action while it is under way."""

    job_id: str | None = None
    task_id: str | None = None

    def note(self, task: TaskHandle) -> None:
        """Note the task that was started."""
        self.task_id = task.task_id


Send = Callable[[Sending], Awaitable[T]]
"""Sends a change, and notes what becomes known as soon as it does."""


class DayIsSpent(Exception):
    """A change would cost more than is left of the day's node hours."""


class Recorder:
    """Carries out the changes of one call, and records them in the journal.

    Args:
        journal: where the changes are recorded.
        caller: who makes the call.
        api_url: the facility.
        finder: finds out what happened to a change whose answer was lost.
        files: the facility's filesystems.
        limits: what the user allows.
        wait: the call's time limit, which also counts its requests.
        remarks: collects what the call's answer should also mention.
    """

    def __init__(
        self,
        journal: Journal,
        caller: Caller,
        api_url: str,
        finder: Finder,
        files: Files,
        limits: Limits,
        wait: Wait,
        remarks: list[str],
    ) -> None:
        self._journal = journal
        self.caller = caller
        self._api_url = api_url
        self._finder = finder
        self._files = files
        self._limits = limits
        self._wait = wait
        self._remarks = remarks

    async def carry_out(
        self,
        intent: Intent,
        send: Send[T],
        *,
        node_hours: float = 0.0,
        day_limit: float | None = None,
        plan: int | None = None,
    ) -> T:
        """Send one change, and find out what happened if its answer is lost.

        Args:
            intent: the change.
            send: sends it.
            node_hours: the most that it may cost.
            day_limit: node hours that may be submitted within 24 hours.
            plan: the planned job that this submits.

        Raises:
            AlreadyTaken: another process submits the planned job, or it was canceled.
            JournalError: the change can't be recorded, and so is not sent.
            DayIsSpent: the day's node hours do not allow the change.
            OutcomeUnknown: the change may have been carried out.
            IRIError: the change was not carried out, or failed.
        """
        number = await self._begin(intent, node_hours, day_limit, plan)
        sending, requests = Sending(), self._wait.requests
        began_at = datetime.now(UTC)
        try:
            result = await send(sending)
        except iri.IRIError as error:
            if outcome := _known_outcome(error, sending):
                await self._end(number, outcome, str(error), sending)
                raise
            found: T = await self._find_out(intent, number, began_at, sending, error)
            return found
        except BaseException as error:
            was_sent = self._wait.requests > requests
            cut = f"the call was cancelled {'after' if was_sent else 'before'} it was sent"
            detail = str(error) if isinstance(error, Exception) else cut
            came_of_it: ActionOutcome = "unknown" if was_sent else "refused"
            await self._end(number, came_of_it, detail or type(error).__name__, sending)
            raise
        await self._end(number, "done", None, sending)
        return result

    def change_path(self, intent: PathIntent | PlaceIntent, start: Starter) -> Awaitable[Task | File | None]:
        """Carry out one change to a file or directory.

        Args:
            intent: the change.
            start: starts the task that makes the change.

        Returns:
            The task that made the change, or what was found at its path if the answer was lost.

        Raises:
            LimitReached: the path is outside the directories that may be changed.
            JournalError: the change can't be recorded, and so is not sent.
            OutcomeUnknown: the change may have been carried out.
            IRIError: the change was not carried out, or failed.
        """
        self._limits.check_intent(intent)
        return self.carry_out(
            intent, lambda sending: self._files.resolve(intent.path, start, started=sending.note)
        )

    async def not_confirmed(self, why: str) -> None:
        """Record that a guarded call was not carried out."""
        action = self._action(None, 0.0).model_copy(update={"confirmed": why, "outcome": "not confirmed"})
        # If this fails nothing is lost, because nothing was done.
        await or_else(self._journal.actions.begin(action), None)

    async def note_done(self, kind: str) -> None:
        """Record a change that was made here, without the facility."""
        action = self._action(None, 0.0).model_copy(update={"kind": kind, "outcome": "done"})
        await or_else(self._journal.actions.begin(action), None)

    async def _begin(
        self, intent: Intent, node_hours: float, day_limit: float | None, plan: int | None
    ) -> int:
        action = self._action(intent, node_hours)
        number = await self._journal.actions.begin(action, day_limit=day_limit, plan=plan)
        if number is None:
            raise DayIsSpent
        return number

    async def _find_out(
        self, intent: Intent, number: int, began_at: datetime, sending: Sending, error: iri.IRIError
    ) -> Any:
        """Find out by checking what the change would have returned.

        Raises:
            OutcomeUnknown: the checks proved nothing.
            TaskFailed: the change failed.
        """
        try:
            found = await self._finder.find(intent, action=number, began_at=began_at, task_id=sending.task_id)
        except BaseException:
            await self._end(number, "unknown", str(error), sending)
            raise
        sending.job_id = sending.job_id or found.job_id
        lost = f"The answer was lost ({str(error).rstrip('.')})"
        await self._end(number, found.outcome, f"{lost}; {found.detail}", sending)
        if found.outcome == "done":
            self._remarks.append(f"{lost}, but checking showed that it was carried out: {found.detail}.")
            return found.value
        if found.outcome == "failed":
            raise iri.TaskFailed(found.detail, task_id=sending.task_id or "") from None
        raise OutcomeUnknown(
            f"{lost}. Whether it was carried out is not known: {found.detail}", look_at=found.look_at
        ) from None

    def _action(self, intent: Intent | None, node_hours: float) -> Action:
        return Action(
            began_at=datetime.now(UTC),
            tool=self.caller.tool,
            kind=intent.kind if intent else "",
            arguments=self._arguments(intent),
            client=self.caller.client,
            shown=self.caller.shown,
            confirmed=self.caller.confirmed,
            node_hours=node_hours,
            api_url=self._api_url,
            intent=intent.model_dump_json(exclude_none=True) if intent else None,
        )

    def _arguments(self, intent: Intent | None) -> dict[str, Any]:
        """The call's arguments, or the path of a directory that the call makes besides."""
        if isinstance(intent, PathIntent) and "path" not in self.caller.arguments:
            return {"path": intent.path}
        return self.caller.arguments

    async def _end(self, number: int, outcome: ActionOutcome, detail: str | None, sending: Sending) -> None:
        with anyio.CancelScope(shield=True):  # the change was sent even if the call is cancelled now
            try:
                await self._journal.actions.end(
                    number, outcome, detail=detail, job_id=sending.job_id, task_id=sending.task_id
                )
            except JournalError as error:
                logger.warning("the outcome of action %d (%s) can't be recorded: %s", number, outcome, error)


def _known_outcome(error: iri.IRIError, sending: Sending) -> ActionOutcome | None:
    """The outcome that an error proves; ``None`` if it has to be found out."""
    if isinstance(error, iri.TaskStillRunning):
        return "sent"
    if has_failed(error):
        return "failed"
    return "refused" if sending.task_id is None and was_refused(error) else None
