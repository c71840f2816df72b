"""Show something again whenever it has changed, until the user presses Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from alcf_mcp.facility import Facility

T = TypeVar("T")


async def watch(
    facility: Facility, look: Callable[[], Awaitable[T]], show: Callable[[T], None], *, pause: float
) -> None:
    """Show what there is at once and whenever it has changed; after an error, look again.

    Args:
        facility: the facility, whose time limit begins anew with each look.
        look: looks.
        show: shows what was seen.
        pause: seconds between two looks.

    Raises:
        InvalidCall: no look will succeed.
    """
    import anyio  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.cli.failing import sentence  # noqa: PLC0415
    from alcf_mcp.iri.errors import InvalidCall, IRIError  # noqa: PLC0415

    shown: T | None = None
    while True:
        facility.wait.restart()
        try:
            found = await look()
        except InvalidCall:
            raise
        except (IRIError, TimeoutError) as error:
            sys.stderr.write(f"{sentence(error)}\n")
        else:
            if found != shown:
                show(found)
                shown = found
        await anyio.sleep(pause)
