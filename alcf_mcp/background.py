"""What a server does in the background: most of it from its first call on."""

from __future__ import annotations

import logging
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from alcf_mcp.app import App
from alcf_mcp.facility import Facility, Wait
from alcf_mcp.facility.changes.lost_answers import recover_open_actions
from alcf_mcp.facility.plans import runner
from alcf_mcp.journal import JournalError
from alcf_mcp.journal.actions import this_process
from alcf_mcp.tools.listed_tool import load

if TYPE_CHECKING:
    from alcf_mcp.notify.ways import Way

logger = logging.getLogger(__name__)

LOADING_AFTER = 0.2
SETTLING_SECONDS = 120.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Seconds between two checks for a job whose submission was not answered."""

TELLING_SECONDS = 2.0
PLANS_AFTER = 5.0
"""Seconds until a server looks for planned jobs: it does so without being used, because they may be due."""


def begin(app: App, way: Way | None = None) -> None:
    """Start the background work, which goes on until the server ends.

    Args:
        app: the server.
        way: how the user wants to be told that jobs have ended.
    """
    app.start(_load_tools)
    app.start(partial(_settle, app))
    app.start(partial(_tell_the_others, app))
    app.start(partial(_remember_the_pace, app))
    if not app.settings.read_only:
        app.start(partial(_run_plans, app))
    if way:
        app.start(partial(_tell_of_ends, app, way))


async def _load_tools() -> None:
    """Load the code behind the tools, once the client has the list of tools."""
    await anyio.sleep(LOADING_AFTER)
    await anyio.to_thread.run_sync(load, abandon_on_cancel=True)


async def _settle(app: App) -> None:
    """Resolve actions that another process left open, and submissions whose responses are lost."""
    await app.used.wait()
    await _settle_once(app, repeatedly=False)
    pause = FIRST_PAUSE
    while True:
        tried_at = monotonic()
        with anyio.move_on_after(pause):
            while app.shared.poller.listed_at < tried_at:  # noqa: ASYNC110 - any listing of jobs sets it
                await anyio.sleep(FIRST_PAUSE / 5)
        found_open = await _settle_once(app, repeatedly=True)
        pause = min(pause * 2, LONGEST_PAUSE) if found_open else FIRST_PAUSE


async def _settle_once(app: App, *, repeatedly: bool) -> bool:
    """Check once what is open; returns whether anything was."""
    facility = Facility(app.shared, Wait(SETTLING_SECONDS))
    url = facility.iri.base_url
    return await recover_open_actions(app.shared.journal, facility.finder, url, repeatedly=repeatedly)


async def _tell_the_others(app: App) -> None:
    """Tell the user's other processes how many tasks this one waits for, and hear how many they wait for."""
    crowd = app.shared.iri.crowd
    process = this_process()
    await app.used.wait()
    while True:
        await anyio.sleep(TELLING_SECONDS)
        if not (crowd.here or crowd.elsewhere):
            continue
        try:
            crowd.elsewhere = await app.shared.learned.waiting.tell(process, crowd.here)
        except JournalError:  # then each process is as polite as it can be on its own
            crowd.elsewhere = 0


async def _remember_the_pace(app: App) -> None:
    """Start with what earlier processes learned about the facility's pace, and save what this one learns."""
    url, pace = app.shared.iri.base_url, app.shared.iri.pace
    await app.used.wait()
    try:
        pace.recall(await app.shared.learned.paces.known(url))
        while True:
            await anyio.sleep(TELLING_SECONDS)
            if pace.has_news:
                await app.shared.learned.paces.tell(url, pace.told())
    except JournalError as error:  # the pace is learned again
        logger.info("%s", error)


async def _tell_of_ends(app: App, way: Way) -> None:
    """Tell the user that jobs have ended, in the way that they chose."""
    from alcf_mcp.notify import noticing  # noqa: PLC0415 - loaded where it is used

    notices = noticing.Noticing(app.shared, way)
    while True:
        try:
            await notices.look()
        except JournalError as error:
            logger.info("ends of jobs can't be told: %s", error)
        await anyio.sleep(noticing.PAUSE)


async def _run_plans(app: App) -> None:
    """Submit planned jobs when they are due; while there are none, only the journal is looked at."""
    plans = runner.PlanRunner(app.shared)
    await anyio.sleep(PLANS_AFTER)
    while True:
        if app.shared.journal.store.exists():
            try:
                await plans.advance()
            except JournalError as error:
                logger.info("planned jobs can't be looked at: %s", error)
        await anyio.sleep(runner.LOOK_SECONDS)
