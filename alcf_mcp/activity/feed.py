"""Asks for a facility's activity feeds, politely and without ever failing the call that wants to know."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from alcf_mcp.activity.cache import FeedCache, KeptAnswer
from alcf_mcp.activity.models import Activity
from alcf_mcp.activity.parsing import check_current, parse_activity
from alcf_mcp.activity.unknown import ActivityUnknown, NotKnown
from alcf_mcp.iri.connection import Answer, Connection
from alcf_mcp.iri.errors import InvalidCall, IRIError, NotAnIRIAnswer, NotConnected, NotTrusted
from alcf_mcp.iri.wait import Wait

logger = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds that a call waits for a feed at most: it can do without."""

ANSWER_SECONDS = 2.5
"""Seconds that an answer may take; less than a call waits, so that it also hears of the failure."""

LONGEST_BYTES = 16 * 2**20
"""Several times the feed of a machine with 11,000 nodes and 5,000 jobs, about 2 MB: ALCF has none larger."""

PAUSE = 0.05
"""Seconds between two looks at whether another process has its answer."""

_MACHINE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer, and what it says."""

    answer: KeptAnswer
    activity: Activity | NotKnown

    @classmethod
    def failing(cls, asked_at: float, reason: str) -> _Known:
        return cls(KeptAnswer(asked_at, reason), NotKnown(reason))

    def without_content(self) -> _Known:
        """What is worth its memory once the answer has been read."""
        return replace(self, answer=replace(self.answer, content=b""))


class ActivityFeed:
    """What the machines of one facility are doing.

    No token and nothing else about the user is sent, and redirects are not followed.

    Args:
        url: the address below which the feeds are; ``None`` if there are none.
        machines: the machines that have one, in lower case; ``None`` for any.
        cache: where the user's processes keep answers for each other; ``None`` to ask each time.
        beside: a connection whose transport is used, if it has one of its own.
        clock: the time, in seconds since the epoch.
    """

    def __init__(
        self,
        url: str | None = None,
        machines: Collection[str] | None = None,
        cache: FeedCache | None = None,
        beside: Connection | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.url = url
        self._machines = machines
        self._cache = cache
        self._beside = beside
        self._clock = clock
        self._turns: dict[str, anyio.Lock] = {}
        self._known: dict[str, _Known] = {}

    async def of(self, machine: str) -> Activity | NotKnown:
        """Tell what a machine is doing; waits ``PATIENCE`` seconds at most, and raises nothing.

        Args:
            machine: its name, in any case.
        """
        name = machine.lower()
        if not self.has(name):
            return NotKnown("it has no activity feed", no_feed=True)
        async with self._turns.setdefault(name, anyio.Lock()):
            known = self._known.get(name)
            if not (known and self._cache and known.answer.is_fresh(self._clock())):
                known = self._known[name] = (await self._learned(name)).without_content()
        return self._if_current(known.activity)

    def has(self, machine: str) -> bool:
        """Whether there may be a feed of that machine."""
        name = machine.lower()
        listed = self._machines is None or name in self._machines
        return self.url is not None and listed and _MACHINE.fullmatch(name) is not None

    def _if_current(self, activity: Activity | NotKnown) -> Activity | NotKnown:
        if isinstance(activity, NotKnown):
            return activity
        try:
            check_current(activity, self._clock())
        except ActivityUnknown as unknown:
            return NotKnown(str(unknown))
        return activity

    async def _learned(self, name: str) -> _Known:
        began = self._clock()
        with anyio.move_on_after(PATIENCE):
            if self._cache is None:
                return await self._asked(name)
            return await self._asked_by_anyone(self._cache, name)
        return _Known.failing(began, "the feed did not answer in time")

    async def _asked_by_anyone(self, cache: FeedCache, name: str) -> _Known:
        """Learn what another process was told, or ask when nobody else does."""
        file = self._file(name)
        while True:
            with cache.turn(file) as mine:
                if mine:
                    return await self._kept_or_asked(cache, file, name)
            await anyio.sleep(PAUSE)

    async def _kept_or_asked(self, cache: FeedCache, file: str, name: str) -> _Known:
        kept = await anyio.to_thread.run_sync(cache.read, file)
        if kept and kept.is_fresh(self._clock()):
            return await self._read(name, kept)
        known = await self._asked(name)
        try:
            await anyio.to_thread.run_sync(cache.write, file, known.answer)
        except OSError as error:  # then each process asks for itself
            logger.info("The activity feed's answer was not kept (%s)", error)
        return known

    def _file(self, name: str) -> str:
        address = hashlib.sha256(f"{self.url}".encode()).hexdigest()
        return f"{name}-{address[:16]}"

    async def _asked(self, name: str) -> _Known:
        """Ask for a feed."""
        asked_at = self._clock()
        try:
            answer = await self._answer(name)
            _check_status(answer)
        except IRIError as error:
            logger.info("%s", error)
            return _Known.failing(asked_at, _reason(error, self._host))
        except ActivityUnknown as unknown:
            return _Known.failing(asked_at, str(unknown))
        return await self._read(name, KeptAnswer(asked_at, content=answer.content))

    async def _answer(self, name: str) -> Answer:
        connection = _connection(str(self.url), self._beside)
        try:
            request = connection.request("GET", f"/{name}/activity.json")
            return await connection.exchange(request, Wait(ANSWER_SECONDS))
        finally:
            await connection.aclose()

    @property
    def _host(self) -> str:
        return urlsplit(self.url or "").hostname or ""

    async def _read(self, name: str, answer: KeptAnswer) -> _Known:
        """Read an answer; if it is no feed, only what was wrong with it is kept."""
        if answer.reason:
            return _Known.failing(answer.asked_at, answer.reason)
        try:
            activity = await anyio.to_thread.run_sync(parse_activity, name, answer.content, self._clock())
        except ActivityUnknown as unknown:
            return _Known.failing(answer.asked_at, str(unknown))
        return _Known(answer, activity)


def _connection(url: str, beside: Connection | None) -> Connection:
    """A connection for one request: the next one comes in a minute, when this one would be closed."""
    if beside:
        return beside.beside(url, timeout=ANSWER_SECONDS, max_bytes=LONGEST_BYTES)
    return Connection(url, timeout=ANSWER_SECONDS, max_bytes=LONGEST_BYTES, max_requests=1, http=None)


def _check_status(answer: Answer) -> None:
    if answer.status == 200:
        return
    if 300 <= answer.status < 400:
        raise ActivityUnknown("the feed redirects elsewhere, which is not followed")
    if b"error code: 1010" in answer.content[:1000]:
        raise ActivityUnknown("the gateway in front of the feed refused this program (error code: 1010)")
    raise ActivityUnknown(f"the feed answered with HTTP {answer.status}")


def _reason(error: IRIError, host: str) -> str:
    match error:
        case NotTrusted():
            return f"this machine does not trust the certificate of {host}"
        case NotConnected():
            return f"{host} can't be reached"
        case NotAnIRIAnswer():
            return f"the feed is longer than {LONGEST_BYTES // 2**20} MB"
        case InvalidCall():
            return f"{host} can't be asked as this machine is set up"
        case _:
            return f"no complete answer came from {host}"
