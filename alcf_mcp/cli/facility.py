"""Access to the facility for commands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from alcf_mcp.config import Settings
from alcf_mcp.facility import Facility, Wait
from alcf_mcp.server import connect_to, shared_by_calls


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Facility]:
    """Open the facility named in the settings, for one command."""
    async with connect_to(settings) as iri:
        yield Facility(shared_by_calls(settings, iri), Wait(settings.timeout))
