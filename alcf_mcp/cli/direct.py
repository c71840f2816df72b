"""One command's work at the facility: opened, done, and told, without a server."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from alcf_mcp.cli.failing import explained

if TYPE_CHECKING:
    from alcf_mcp.config import Settings
    from alcf_mcp.facility import Facility

T = TypeVar("T")


def at_facility(command: str, settings: Settings, work: Callable[[Facility], Awaitable[T]]) -> T:
    """Open the facility for one command, and return what its work returns.

    What the call's answer should also mention goes to stderr. An expected error is a sentence and status 1.
    """
    import anyio  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.opening import opened  # noqa: PLC0415
    from alcf_mcp.reports.text import visible  # noqa: PLC0415

    async def opened_for_it() -> T:
        async with opened(settings) as facility:
            result = await work(facility)
            for remark in facility.remarks:
                sys.stderr.write(f"{visible(remark)}\n")
            return result

    with explained(command):
        return anyio.run(opened_for_it)
