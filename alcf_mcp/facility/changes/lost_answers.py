"""After the answer to a change is lost: check until the outcome is known or the time limit is reached."""

from __future__ import annotations

import logging
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from functools import partial

from alcf_mcp.facility.changes.evidence import Finding
from alcf_mcp.facility.changes.intents import (
    CancelIntent,
    Intent,
    PathIntent,
    PlaceIntent,
    SubmitIntent,
    TaskIntent,
    UpdateIntent,
    read_intent,
)
from alcf_mcp.facility.changes.lost_jobs import LATE, LostJobs
from alcf_mcp.facility.changes.lost_paths import find_path_change, find_placed
from alcf_mcp.facility.files.reading import Files
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import IRIError, LookAt, NotAnIRIAnswer, TaskCanceled, TaskFailed
from alcf_mcp.iri.pace import pauses
from alcf_mcp.iri.polling import looks
from alcf_mcp.iri.tasks import completed
from alcf_mcp.iri.wait import Wait
from alcf_mcp.journal import Action, Journal, JournalError

FIRST_LOOK = 0.3
LONGEST_PAUSE = 3.0
LONGEST = 12.0
"""Seconds of checking: ALCF's gateway waits 10 s for PBS, which may carry on after that (2026-08)."""


def _of_its_time(found: Finding, is_late: bool) -> Finding:
    """Return the finding, downgraded to unknown if it is too late to prove anything."""
    if found.outcome == "unknown" or not is_late:
        return found
    return Finding(
        "unknown", f"{found.detail} now, but something else may have done it since", look_at=found.look_at
    )


class Finder:
    """Finds out what happened to changes whose answers were lost."""

    def __init__(self, iri: IRIClient, files: Files, jobs: LostJobs, wait: Wait) -> None:
        self._iri = iri
        self._files = files
        self._jobs = jobs
        self._wait = wait

    async def find(
        self, intent: Intent, *, action: int, began_at: datetime, task_id: str | None = None
    ) -> Finding:
        """Check the target of a change until it shows the outcome.

        Args:
            intent: the change.
            action: its number in the journal.
            began_at: when it was sent, or shortly before.
            task_id: the task that carries it out, if the facility named one.
        """
        await self._wait.say("the answer was lost: checking what happened")
        found = Finding("unknown", "it could not be checked")
        look = partial(self._look, intent, action, began_at, task_id)
        with suppress(IRIError, JournalError):  # the outcome stays unknown
            async with aclosing(
                looks(
                    look,
                    pauses=pauses(FIRST_LOOK, LONGEST_PAUSE),
                    patience=min(max(self._wait.left - 1.0, 1.0), LONGEST),
                    crowd=self._iri.crowd,
                )
            ) as seen:
                async for found in seen:
                    if found.outcome != "unknown":
                        break
        return found

    async def _look(self, intent: Intent, action: int, began_at: datetime, task_id: str | None) -> Finding:
        try:
            if task_id and (found := await self._task(task_id)):
                return found
            return await self._changed(intent, action, began_at)
        except NotAnIRIAnswer as error:
            return Finding("unknown", f"it could not be checked ({error})")

    async def _changed(self, intent: Intent, action: int, began_at: datetime) -> Finding:
        age = datetime.now(UTC) - began_at
        match intent:
            case SubmitIntent():
                return await self._jobs.find_submitted(intent, action, age)
            case UpdateIntent():
                return await self._jobs.find_updated(intent)
            case CancelIntent():
                found = await self._jobs.find_canceled(intent)
            case PathIntent():
                found = await find_path_change(self._files, intent, began_at)
            case PlaceIntent():
                found = await find_placed(self._files, intent)
            case TaskIntent():
                found = await self._canceled_task(intent.task_id)
        return _of_its_time(found, age > LATE)

    async def _canceled_task(self, task_id: str) -> Finding:
        task = await self._iri.without_retries().get_task(task_id)
        if task.status == "canceled":
            return Finding("done", f"task {task_id} is canceled")
        if task.ended:
            return Finding("failed", f"task {task_id} had already ended ({task.status})")
        return Finding("unknown", f"task {task_id} is {task.status}", look_at=LookAt("task", task_id))

    async def _task(self, task_id: str) -> Finding | None:
        """What happened to a task; ``None`` if the facility has lost it."""
        try:
            task = await self._iri.without_retries().get_task(task_id)
        except IRIError:
            return None
        if not task.ended:
            return Finding("unknown", f"task {task_id} is {task.status}", look_at=LookAt("task", task_id))
        try:
            return Finding("done", f"task {task_id} has completed", completed(task))
        except (TaskFailed, TaskCanceled) as error:
            return Finding("failed", str(error))


logger = logging.getLogger(__name__)


async def recover_open_actions(
    journal: Journal, finder: Finder, api_url: str, *, repeatedly: bool = False
) -> bool:
    """Check every action that was left open at a facility, and record its outcome.

    Args:
        journal: where it is recorded.
        finder: checks it.
        api_url: the facility.
        repeatedly: leave out what another check does not help.

    Returns:
        Whether there were any.
    """
    left: list[Action] = []
    try:
        left = await journal.actions.left_open(api_url, repeatedly=repeatedly)
        for action in left:
            await _recover(journal, finder, action)
    except JournalError as error:  # nothing is lost: it will be retried
        logger.warning("open actions can't be checked: %s", error)
    return bool(left)


async def _recover(journal: Journal, finder: Finder, action: Action) -> None:
    try:
        intent = read_intent(action.intent or "")
    except ValueError:
        logger.warning("action %d was recorded by another version and is left as it is", action.id)
        return
    found = await finder.find(intent, action=action.id, began_at=action.began_at, task_id=action.task_id)
    cut_off = "its process ended before the answer came; " if action.ended_at is None else ""
    logger.info("action %d (%s) is resolved: %s", action.id, action.tool, found.outcome)
    await journal.actions.end(
        action.id,
        found.outcome,
        detail=f"{cut_off}checked later: {found.detail}",
        job_id=found.job_id,
        if_open=True,
        is_final=found.is_final,
    )
