"""Looking again and again at what goes on at the facility, without being a burden to it."""

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
"""Failed looks in a row: ALCF's service answers 500 for a while when Globus is slow, and for good when Globus
lost the task (ALCF's deployment of the API, 2026-08)."""

LONGEST_LOOK = 10.0
"""Seconds after which a look is given up for the next one: a connection may hang that another does not."""


async def looks(
    look: Callable[[], Awaitable[T]], *, pauses: Iterable[float], patience: float, crowd: Crowd
) -> AsyncGenerator[T]:
    """Look until the patience ends, and yield what is seen.

    Args:
        look: looks once.
        pauses: seconds before each look; without end.
        patience: seconds after which no look is begun.
        crowd: who else waits.

    Raises:
        IRIError: of a look; passing faults are borne for a while.
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
