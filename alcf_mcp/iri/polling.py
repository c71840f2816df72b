"""Poll the facility repeatedly without becoming a burden to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from time import monotonic
from typing import TypeVar

import anyio

from alcf_mcp.iri.connection import LAST_LOOK
from alcf_mcp.iri.crowd import Crowd
from alcf_mcp.iri.retrying import PASSING_FAULTS, retry_after

T = TypeVar("T")

FAULTS_BORNE = 4
"""Failed polls in a row that are tolerated. ALCF's service answers 500 for a while when Globus is slow, and
for good when Globus has lost the task (ALCF's deployment of the API, 2026-08)."""

LONGEST_LOOK = 10.0
"""Seconds after which a poll is abandoned for the next one: a connection may hang where another does not."""


async def looks(
    look: Callable[[], Awaitable[T]], *, pauses: Iterable[float], patience: float, crowd: Crowd
) -> AsyncGenerator[T]:
    """Poll until the time limit is up, and yield what is seen.

    Args:
        look: polls once.
        pauses: seconds before each poll; never ends.
        patience: time limit in seconds, after which no poll is started.
        crowd: everything else that waits.

    Raises:
        IRIError: a poll failed; temporary failures are tolerated for a while.
    """
    deadline = monotonic() + patience
    faults, asked_to_wait = 0, 0.0
    with crowd.joined():
        for number, pause in enumerate(pauses):
            left = deadline - monotonic()
            if left <= 0:
                return
            stretched = pause * crowd.stretch if number else pause
            await anyio.sleep(min(max(stretched, asked_to_wait), left))
            try:
                with anyio.move_on_after(min(deadline + LAST_LOOK - monotonic(), LONGEST_LOOK)) as looking:
                    seen = await look()
            except PASSING_FAULTS as error:
                faults, asked_to_wait = faults + 1, retry_after(error) or 0.0
                if faults > FAULTS_BORNE:
                    raise
                continue
            if not looking.cancelled_caught:
                faults, asked_to_wait = 0, 0.0
                yield seen
