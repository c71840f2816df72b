"""Every change is written down before it is sent, sent once, and completed with what came of it."""

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
    """Who calls, and what came of asking a person; told to the journal with every action."""

    tool: str = ""
    client: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    shown: str | None = None
    confirmed: str = "not asked"


@dataclass
class Sending:
    """What becomes known of an action while it is under way."""

    job_id: str | None = None
    task_id: str | None = None

    def note(self, task: TaskHandle) -> None:
        """Take note of the task that was started."""
        self.task_id = task.task_id


Send = Callable[[Sending], Awaitable[T]]
"""Sends a change, and tells of it as soon as it knows more."""


class DayIsSpent(Exception):
    """A change would cost more than what is left of the day's node hours."""


class Recorder:
    """Carries out one call's changes, and writes them into the journal.

    Args:
        journal: where to.
        caller: whose call it is.
        api_url: the facility.
        finder: finds out what came of a change whose answer is lost.
        files: where paths are changed.
        limits: what the user allows.
        wait: the call's patience, which counts its requests.
        remarks: what the call's answer should tell besides.
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
        self._caller = caller
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
    ) -> T:
        """Send one change, and find out what came of it if its answer is lost.

        Raises:
            JournalError: it can't be written down, and so is not sent.
            DayIsSpent: the day's node hours do not allow it.
            OutcomeUnknown: it may have been carried out.
            IRIError: it was not, or failed.
        """
        number = await self._begin(intent, node_hours, day_limit)
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
        """Carry out one change of a file or directory.

        Args:
            intent: what is to be changed.
            start: starts the task that does it.

        Returns:
            The task that did it, or what was found of its path if the answer was lost.

        Raises:
            LimitReached: its path lies outside the directories that may be changed.
            JournalError: it can't be written down, and so is not sent.
            OutcomeUnknown: it may have been carried out.
            IRIError: it was not, or failed.
        """
        self._limits.check_intent(intent)
        return self.carry_out(
            intent, lambda sending: self._files.resolve(intent.path, start, started=sending.note)
        )

    async def not_confirmed(self, why: str) -> None:
        """Write down that a guarded call was not carried out."""
        action = self._action(None, 0.0).model_copy(update={"confirmed": why, "outcome": "not confirmed"})
        # Where that fails, nothing was done, so nothing is lost.
        await or_else(self._journal.actions.begin(action), None)

    async def _begin(self, intent: Intent, node_hours: float, day_limit: float | None) -> int:
        number = await self._journal.actions.begin(self._action(intent, node_hours), day_limit=day_limit)
        if number is None:
            raise DayIsSpent
        return number

    async def _find_out(
        self, intent: Intent, number: int, began_at: datetime, sending: Sending, error: iri.IRIError
    ) -> Any:
        """What the change would have answered, found by looking.

        Raises:
            OutcomeUnknown: looking proved nothing.
            TaskFailed: it failed.
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
            self._remarks.append(f"{lost}, but looking showed that it was carried out: {found.detail}.")
            return found.value
        if found.outcome == "failed":
            raise iri.TaskFailed(found.detail, task_id=sending.task_id or "") from None
        raise OutcomeUnknown(
            f"{lost}. Whether it was carried out is not known: {found.detail}", look_at=found.look_at
        ) from None

    def _action(self, intent: Intent | None, node_hours: float) -> Action:
        return Action(
            began_at=datetime.now(UTC),
            tool=self._caller.tool,
            kind=intent.kind if intent else "",
            arguments=self._caller.arguments,
            client=self._caller.client,
            shown=self._caller.shown,
            confirmed=self._caller.confirmed,
            node_hours=node_hours,
            api_url=self._api_url,
            intent=intent.model_dump_json(exclude_none=True) if intent else None,
        )

    async def _end(self, number: int, outcome: ActionOutcome, detail: str | None, sending: Sending) -> None:
        with anyio.CancelScope(shield=True):  # a call that is cancelled now has been sent all the same
            try:
                await self._journal.actions.end(
                    number, outcome, detail=detail, job_id=sending.job_id, task_id=sending.task_id
                )
            except JournalError as error:
                logger.warning("action %d stays without its outcome (%s): %s", number, outcome, error)


def _known_outcome(error: iri.IRIError, sending: Sending) -> ActionOutcome | None:
    """What an error says of the change; nothing where that has to be found out."""
    if isinstance(error, iri.TaskStillRunning):
        return "sent"
    if has_failed(error):
        return "failed"
    return "refused" if sending.task_id is None and was_refused(error) else None
