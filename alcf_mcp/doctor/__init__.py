"""Checks everything that the server needs, changes nothing, and says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator

from alcf_mcp.config import Settings
from alcf_mcp.doctor.check import Check, Health
from alcf_mcp.doctor.contract import compare
from alcf_mcp.doctor.here import check_clients, check_journal, check_program, check_sign_in, check_state
from alcf_mcp.doctor.network import check_network
from alcf_mcp.doctor.report import report
from alcf_mcp.doctor.there import Visit


async def examine(settings: Settings) -> AsyncIterator[Check]:
    """Check one thing after another, from this machine to the facility."""
    yield check_program()
    yield (state := check_state(settings))
    yield await check_journal(settings)
    yield check_sign_in(settings)
    yield check_network(settings)
    # The local facility lives in the state directory.
    if settings.facility != "local" or state.verdict is not Health.BAD:
        async for check in _visit(settings):
            yield check
    for check in check_clients():
        yield check


async def _visit(settings: Settings) -> AsyncIterator[Check]:
    async with Visit.at(settings) as visit:
        yield await visit.reach()
        if visit.reached:
            # The local facility has this machine's clock, and what it offers comes with this package.
            is_elsewhere = settings.facility != "local"
            if is_elsewhere:
                yield visit.compare_clocks()
            yield await visit.try_token()
            if is_elsewhere:
                yield compare(await visit.openapi())
            yield await visit.tell_missing(settings)


__all__ = ["Check", "Health", "examine", "report"]
