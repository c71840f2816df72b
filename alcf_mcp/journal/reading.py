"""Readings of the journal that nothing hangs on."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import TypeVar

from alcf_mcp.journal.store import JournalError

logger = logging.getLogger(__name__)

T = TypeVar("T")


async def or_else(using: Awaitable[T], otherwise: T) -> T:
    """What comes of using the journal; something else, and a line in the log, where it can't be used."""
    try:
        return await using
    except JournalError as error:
        logger.warning("%s", error)
        return otherwise
