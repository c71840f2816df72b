"""Give a call access to the server that it runs in, and to the facility."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Context, Resolve

from alcf_mcp.app import App
from alcf_mcp.facility import Facility, Wait


def app_of(ctx: Context[App]) -> App:
    """The server that a call runs in."""
    return ctx.request_context.lifespan_context


def facility_in(arguments: dict[str, Any]) -> Facility | None:
    """The facility among a tool's arguments, if the tool takes it."""
    facility = arguments.get("facility")
    return facility if isinstance(facility, Facility) else None


def client_name(ctx: Context[App]) -> str:
    """The name that the client gives itself."""
    hello = ctx.session.client_params
    return hello.client_info.name if hello else "unknown client"


async def _app(ctx: Context[App]) -> App:
    return app_of(ctx)


async def _facility(ctx: Context[App]) -> Facility:
    async def report(waited: float, message: str) -> None:
        await ctx.report_progress(waited, None, message)

    app = app_of(ctx)
    app.used.set()
    return Facility(app.shared, Wait(app.settings.timeout, report))


ThisApp = Annotated[App, Resolve(_app)]
"""A tool's parameter that receives the running server; clients do not see it."""

AtFacility = Annotated[Facility, Resolve(_facility)]
"""A tool's parameter that receives the facility as this call sees it; clients do not see it."""
