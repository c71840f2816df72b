"""Every call that changes something is written down before it is sent, and completed with what came of it."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import anyio

from alcf_mcp.facility.limits import LimitReached
from alcf_mcp.iri import errors as iri
from alcf_mcp.journal import Action, Journal, JournalError
from alcf_mcp.journal.actions import ActionOutcome

logger = logging.getLogger(__name__)

DETAIL_LIMIT = 500


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


class Recorder:
    """Writes one call's actions into the journal."""

    def __init__(self, journal: Journal, caller: Caller) -> None:
        self._journal = journal
        self._caller = caller

    @asynccontextmanager
    async def sending(
        self, *, node_hours: float = 0.0, day_limit: float | None = None
    ) -> AsyncIterator[Sending]:
        """Around the sending of one action.

        Raises:
            JournalError: it can't be written down, and so is not sent.
            LimitReached: the day's node hours do not allow it.
        """
        number = await self._journal.actions.begin(self._action(node_hours), day_limit=day_limit)
        if number is None:
            spent = await self._journal.actions.node_hours_of_a_day()
            raise LimitReached(
                f"{node_hours:g} node hours more would make {spent + node_hours:g} within 24 hours, "
                f"more than {day_limit:g}",
                "max_node_hours_per_day",
            )
        sending = Sending()
        try:
            yield sending
        except BaseException as error:
            await self._end(number, *_outcome(error, sending), sending)
            raise
        await self._end(number, "done", None, sending)

    async def not_confirmed(self, why: str) -> None:
        """Write down that a guarded call was not carried out."""
        action = self._action(0.0).model_copy(update={"confirmed": why, "outcome": "not confirmed"})
        try:
            await self._journal.actions.begin(action)
        except JournalError as error:  # nothing was done, so nothing is lost
            logger.warning("%s", error)

    def _action(self, node_hours: float) -> Action:
        return Action(
            began_at=datetime.now(UTC),
            tool=self._caller.tool,
            arguments=self._caller.arguments,
            client=self._caller.client,
            shown=self._caller.shown,
            confirmed=self._caller.confirmed,
            node_hours=node_hours,
        )

    async def _end(self, number: int, outcome: ActionOutcome, detail: str | None, sending: Sending) -> None:
        with anyio.CancelScope(shield=True):  # a call that is cancelled now has been sent all the same
            try:
                await self._journal.actions.end(
                    number, outcome, detail=detail, job_id=sending.job_id, task_id=sending.task_id
                )
            except JournalError as error:
                logger.warning("action %d stays without its outcome (%s): %s", number, outcome, error)


_NOT_DONE = (
    iri.InvalidCall,
    iri.NotConnected,
    iri.InvalidRequest,
    iri.NotAuthenticated,
    iri.NotPermitted,
    iri.NotFound,
    iri.Conflict,
    iri.TooManyRequests,
    iri.NotImplementedThere,
)
"""Answers to a request that was not carried out."""


def _outcome(error: BaseException, sending: Sending) -> tuple[ActionOutcome, str | None]:
    detail = str(error)[:DETAIL_LIMIT] or type(error).__name__
    if sending.task_id is None and isinstance(error, _NOT_DONE):
        return "refused", detail
    if isinstance(error, iri.TaskFailed | iri.TaskCanceled):
        return "failed", detail
    if isinstance(error, iri.TaskStillRunning):
        return "sent", detail
    if isinstance(error, iri.APIError) and is_scheduler_refusal(error):
        return "refused", detail
    return "unknown", detail if isinstance(error, Exception) else "the call was cancelled after it was sent"


_PBS_REFUSAL = re.compile(
    r"^q(sub|del|alter|stat|hold|rls):|unknown queue|unknown job id|job has finished"
    r"|invalid for state of job|violates queue and/or server",
    re.IGNORECASE,
)


def is_scheduler_refusal(error: iri.APIError) -> bool:
    """Whether a 500 is PBS's own refusal: nothing was done (ALCF's deployment of the API, 2026-08)."""
    return bool(_PBS_REFUSAL.search(error.detail))
