"""What the facility shows of itself: is it there, what time has it, does it take the token."""

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
from alcf_mcp.server import connect_to
from alcf_mcp.store import JournalError, Store

PATIENCE = 15.0
MOST_SKEW = 60.0
"""Seconds between two clocks from which on sign-ins and times in answers go wrong."""


class Visit:
    """A look at one facility.

    Attributes:
        reached: whether it answered.
    """

    def __init__(self, iri: IRIClient) -> None:
        self._iri = iri.within(Wait(PATIENCE)).without_retries()  # what is wrong now is to be seen now
        self._date: str | None = None
        self.reached = False

    @classmethod
    @asynccontextmanager
    async def at(cls, settings: Settings) -> AsyncIterator[Self]:
        """Visit the facility that the settings name."""
        async with connect_to(settings) as iri:
            yield cls(iri)

    async def reach(self) -> Check:
        """Ask for what needs no sign-in."""
        url, began = self._iri.base_url, monotonic()
        try:
            facility = await self._iri.get_facility()
            answer = await self._fetch("/facility")
        except IRIError as error:
            cure = "Is the network up, and is ALCF_MCP_API_URL right? A proxy or VPN may be in the way."
            return Check(name="facility", verdict=Health.BAD, seen=str(error), cure=cure)
        self.reached, self._date = True, answer.headers.get("Date")
        seen = f"{facility.name or facility.id} at {url} answers within {monotonic() - began:.1f} s"
        return Check(name="facility", verdict=Health.GOOD, seen=seen)

    def compare_clocks(self) -> Check:
        """By how much this machine's clock and the facility's differ."""
        try:
            theirs = parsedate_to_datetime(self._date or "").astimezone(UTC)
        except ValueError:
            return Check(name="clock", verdict=Health.NOTE, seen="The facility does not tell its time")
        skew = abs((datetime.now(UTC) - theirs).total_seconds())
        if skew <= MOST_SKEW:
            return Check(name="clock", verdict=Health.GOOD, seen="It agrees with the facility's")
        return Check(
            name="clock",
            verdict=Health.BAD,
            seen=f"It differs from the facility's by {skew:.0f} s",
            cure="Set this machine's clock: sign-ins and times would be wrong.",
        )

    async def try_token(self) -> Check:
        """Ask for what needs a sign-in."""
        try:
            projects = await self._iri.list_projects()
        except NotAuthenticated as error:
            cause = cause_of(error.detail)
            return Check(name="token", verdict=Health.BAD, seen=error.detail or str(error), cure=cause.cure)
        except NotImplementedThere:
            return Check(name="token", verdict=Health.NOTE, seen="The facility does not tell of projects")
        except InvalidCall as error:
            return Check(name="token", verdict=Health.BAD, seen=str(error), cure=error.hint)
        except IRIError as error:
            return Check(name="token", verdict=Health.BAD, seen=str(error))
        names = ", ".join(sorted(project.name for project in projects)) or "none"
        return Check(name="token", verdict=Health.GOOD, seen=f"The facility takes it; projects: {names}")

    async def openapi(self) -> Any:
        """The facility's OpenAPI document, wherever it keeps it; nothing where it has none."""
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
        """What the facility answered 501 to within a day."""
        try:
            known = settings.journal_path.exists()  # to look is not to make one
            url = self._iri.base_url
            missing = await Learned(Store(settings.journal_path)).unsupported.missing(url) if known else set()
        except JournalError as error:
            return Check(name="not offered", verdict=Health.NOTE, seen=str(error))
        seen = (
            f"Lately not offered: {', '.join(sorted(missing))}" if missing else "Nothing was refused lately"
        )
        return Check(name="not offered", verdict=Health.GOOD, seen=seen)

    async def _fetch(self, path: str, base: str | None = None) -> Answer:
        connection = self._iri.transport.connection
        request = connection.request("GET", path, base=base)
        return await connection.exchange(request, Wait(PATIENCE))
