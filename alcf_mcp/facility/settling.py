"""Find out what came of changes whose answers never came."""

from __future__ import annotations

import logging

from alcf_mcp.facility.aftermath import Finder, read_intent
from alcf_mcp.journal import Action, Journal, JournalError

logger = logging.getLogger(__name__)


async def settle(journal: Journal, finder: Finder, api_url: str, *, submissions_only: bool = False) -> bool:
    """Look at everything that was left open at a facility, and write down what came of it.

    Returns:
        Whether anything was.
    """
    left: list[Action] = []
    try:
        left = await journal.actions.left_open(api_url, submissions_only=submissions_only)
        for action in left:
            await _settle(journal, finder, action)
    except JournalError as error:  # nothing is lost: it is tried again
        logger.warning("what was left open is not looked at: %s", error)
    return bool(left)


async def _settle(journal: Journal, finder: Finder, action: Action) -> None:
    try:
        intent = read_intent(action.intent or "")
    except ValueError:
        logger.warning("action %d was written by another version, and is left as it is", action.id)
        return
    found = await finder.find(intent, action=action.id, began_at=action.began_at, task_id=action.task_id)
    cut_off = "its process ended before the answer came; " if action.ended_at is None else ""
    logger.info("action %d (%s) is settled: %s", action.id, action.tool, found.outcome)
    await journal.actions.end(
        action.id,
        found.outcome,
        detail=f"{cut_off}looked at later: {found.detail}",
        job_id=found.job_id,
        if_open=True,
        is_final=found.is_final,
    )
