"""The history of changes as a resource."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio.to_thread

from alcf_mcp.facility import Facility
from alcf_mcp.resources.declare import resource

if TYPE_CHECKING:
    from alcf_mcp.reports.facts import Result

LAST = 50


@resource("alcf://history", "Change history", group=None, audience=("user",))
async def history(facility: Facility) -> Result | str:
    """The last 50 calls by the user's assistants that changed something, and the outcome of each."""
    from alcf_mcp.resources.past_actions import History  # noqa: PLC0415 - loaded where it is used

    journal = facility.shared.journal
    return History.of(await anyio.to_thread.run_sync(partial(journal.actions.history, limit=LAST)))
