"""What the tools of one server share, and how a call gets at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated

from mcp.server.mcpserver import Context, Resolve

from alcf_mcp.config import Settings
from alcf_mcp.facility import Facility, Shared, Wait
from alcf_mcp.guard import Codes


@dataclass
class App:
    """One running server: its settings and what its calls share."""

    settings: Settings
    shared: Shared
    codes: Codes = field(default_factory=Codes)

    @cached_property
    def confirm(self) -> str:
        """Who confirms what can't be undone."""
        return self.settings.confirm


def app_of(ctx: Context[App]) -> App:
    """The server that a call runs in."""
    return ctx.request_context.lifespan_context


async def _app(ctx: Context[App]) -> App:
    return app_of(ctx)


async def _facility(ctx: Context[App]) -> Facility:
    async def report(waited: float, message: str) -> None:
        await ctx.report_progress(waited, None, message)

    app = app_of(ctx)
    return Facility(app.shared, Wait(app.settings.timeout, report))


ThisApp = Annotated[App, Resolve(_app)]
"""A tool's parameter that receives the running server; clients do not see it."""

AtFacility = Annotated[Facility, Resolve(_facility)]
"""A tool's parameter that receives the facility as this call sees it; clients do not see it."""
