"""Checks of the facility: whether it responds, its clock, and whether it accepts the token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, Self
from urllib.parse import urlsplit

import pydantic_core

from alcf_mcp.auth import cause_of
from alcf_mcp.config import Settings
from alcf_mcp.doctor.check import Check, Health
from alcf_mcp.iri import IRIClient, Wait
from alcf_mcp.iri.connection import Answer
from alcf_mcp.iri.errors import InvalidCall, IRIError, NotAuthenticated, NotImplementedThere
from alcf_mcp.learned import Learned
from alcf_mcp.opening import connect_to
from alcf_mcp.store import JournalError
from alcf_mcp.store.sqlite import SQLiteStore

PATIENCE = 15.0
MOST_SKEW = 60.0
"""Seconds by which two clocks may differ before sign-ins and times in responses go wrong."""


class Visit:
    """The checks of one facility.

    Attributes:
        reached: whether it responded.
    """

    def __init__(self, iri: IRIClient) -> None:
        self._iri = iri.within(Wait(PATIENCE)).without_retries()  # show what is wrong right now
        self._date: str | None = None
        self.reached = False

    @classmethod
    @asynccontextmanager
    async def at(cls, settings: Settings) -> AsyncIterator[Self]:
        """Visit the facility that the settings name."""
        async with connect_to(settings) as iri:
            yield cls(iri)

    async def reach(self) -> Check:
        """Request something that needs no sign-in."""
        url, began = self._iri.base_url, monotonic()
        try:
            facility = await self._iri.get_facility()
            answer = await self._fetch("/facility")
        except IRIError as error:
            cure = error.hint if isinstance(error, InvalidCall) else ""
            cure = cure or "Check the network and ALCF_MCP_API_URL. A proxy or VPN may be in the way."
            return Check(name="facility", verdict=Health.BAD, seen=str(error), cure=cure)
        self.reached, self._date = True, answer.headers.get("Date")
        seen = f"{facility.name or facility.id} at {url} responds within {monotonic() - began:.1f} s"
        return Check(name="facility", verdict=Health.GOOD, seen=seen)

    def compare_clocks(self) -> Check:
        """Check how much this machine's clock and the facility's differ."""
        try:
            theirs = parsedate_to_datetime(self._date or "").astimezone(UTC)
        except ValueError:
            return Check(name="clock", verdict=Health.NOTE, seen="The facility does not report its time")
        skew = abs((datetime.now(UTC) - theirs).total_seconds())
        if skew <= MOST_SKEW:
            return Check(name="clock", verdict=Health.GOOD, seen="It agrees with the facility's clock")
        return Check(
            name="clock",
            verdict=Health.BAD,
            seen=f"It differs from the facility's clock by {skew:.0f} s",
            cure="Set this machine's clock. Otherwise sign-ins and times go wrong.",
        )

    async def try_token(self) -> Check:
        """Request something that needs a sign-in."""
        try:
            projects = await self._iri.list_projects()
        except NotAuthenticated as error:
            cause = cause_of(error.detail)
            return Check(name="token", verdict=Health.BAD, seen=error.detail or str(error), cure=cause.cure)
        except NotImplementedThere:
            return Check(name="token", verdict=Health.NOTE, seen="The facility does not list projects")
        except InvalidCall as error:
            return Check(name="token", verdict=Health.BAD, seen=str(error), cure=error.hint)
        except IRIError as error:
            return Check(name="token", verdict=Health.BAD, seen=str(error))
        names = ", ".join(sorted(project.name for project in projects)) or "none"
        return Check(
            name="token",
            verdict=Health.GOOD,
            seen=f"The facility accepts it; projects: {names}",
            private={project.name: "<project>" for project in projects},
        )

    async def openapi(self) -> Any:
        """The facility's OpenAPI document, wherever it is kept; ``None`` if there is none."""
        base = self._iri.base_url
        for place in (base, base.removesuffix(urlsplit(base).path)):
            try:
                answer = await self._fetch("/openapi.json", base=place)
                if answer.status == 200:
                    return pydantic_core.from_json(answer.content)
            except (IRIError, ValueError):
                continue
        return None

    async def tell_missing(self, settings: Settings) -> Check:
        """Report what the facility answered with 501 within the last day."""
        try:
            store = SQLiteStore(settings.journal_path)
            known = store.exists()  # a check must not create one
            missing = await Learned(store).unsupported.missing(self._iri.base_url) if known else set()
        except JournalError as error:
            return Check(name="not offered", verdict=Health.NOTE, seen=str(error))
        seen = (
            f"Recently not offered: {', '.join(sorted(missing))}" if missing else "Nothing refused recently"
        )
        return Check(name="not offered", verdict=Health.GOOD, seen=seen)

    async def _fetch(self, path: str, base: str | None = None) -> Answer:
        connection = self._iri.transport.connection
        request = connection.request("GET", path, base=base)
        return await connection.exchange(request, Wait(PATIENCE))
