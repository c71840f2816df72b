"""Asks for a facility's activity feeds, politely and without ever failing the call that wants to know."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Callable, Collection
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
"""About five times the feed of 5,000 jobs and 11,000 nodes, which is larger than any of ALCF's was."""

PAUSE = 0.05
"""Seconds between two looks at whether another process has its answer."""

_MACHINE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}", re.ASCII)


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
        self._told: dict[str, tuple[KeptAnswer, Activity | NotKnown]] = {}

    async def of(self, machine: str) -> Activity | NotKnown:
        """Tell what a machine is doing; waits ``PATIENCE`` seconds at most, and raises nothing.

        Args:
            machine: its name, in any case.
        """
        name = machine.lower()
        if not self._has(name):
            return NotKnown(f"{machine} has no activity feed")
        async with self._turns.setdefault(name, anyio.Lock()):
            kept, told = self._told.get(name, (None, None))
            if not (kept and told and self._cache and kept.is_fresh(self._clock())):
                kept, told = await self._learned(name, kept, told)
                self._told[name] = kept, told
        return told if isinstance(told, NotKnown) else self._if_current(told)

    def _has(self, name: str) -> bool:
        listed = self._machines is None or name in self._machines
        return self.url is not None and listed and _MACHINE.fullmatch(name) is not None

    def _if_current(self, activity: Activity) -> Activity | NotKnown:
        try:
            check_current(activity, self._clock())
        except ActivityUnknown as unknown:
            return NotKnown(str(unknown))
        return activity

    async def _learned(
        self, name: str, before: KeptAnswer | None, told: Activity | NotKnown | None
    ) -> tuple[KeptAnswer, Activity | NotKnown]:
        """Learn what is kept, or ask."""
        began = self._clock()
        with anyio.move_on_after(PATIENCE):
            kept = await self._kept_or_asked(name)
            if told and before and kept.asked_at == before.asked_at:
                return kept, told
            return kept, await anyio.to_thread.run_sync(self._read, name, kept)
        late = NotKnown("the feed did not answer in time")
        return KeptAnswer(began, late.reason), late

    async def _kept_or_asked(self, name: str) -> KeptAnswer:
        if self._cache is None:
            return await self._asked(name)
        file = self._file(name)
        while True:
            with self._cache.turn(file) as mine:
                if mine:
                    return await self._in_turn(self._cache, file, name)
            await anyio.sleep(PAUSE)

    async def _in_turn(self, cache: FeedCache, file: str, name: str) -> KeptAnswer:
        kept = await anyio.to_thread.run_sync(cache.read, file)
        if kept and kept.is_fresh(self._clock()):
            return kept
        answer = await self._asked(name)
        try:
            await anyio.to_thread.run_sync(cache.write, file, answer)
        except OSError as error:  # then each process asks for itself
            logger.info("The activity feed's answer was not kept (%s)", error)
        return answer

    def _file(self, name: str) -> str:
        address = hashlib.sha256(f"{self.url}".encode()).hexdigest()
        return f"{name}-{address[:16]}"

    async def _asked(self, name: str) -> KeptAnswer:
        """Ask for a feed; an answer that is none is not kept, only what was wrong with it."""
        asked_at = self._clock()
        try:
            answer = await self._answer(name)
            _check_status(answer)
            await anyio.to_thread.run_sync(parse_activity, name, answer.content, self._clock())
        except IRIError as error:
            logger.info("%s", error)
            return KeptAnswer(asked_at, _reason(error, self._host))
        except ActivityUnknown as unknown:
            return KeptAnswer(asked_at, str(unknown))
        return KeptAnswer(asked_at, content=answer.content)

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

    def _read(self, name: str, kept: KeptAnswer) -> Activity | NotKnown:
        if kept.reason:
            return NotKnown(kept.reason)
        try:
            return parse_activity(name, kept.content, self._clock())
        except ActivityUnknown as unknown:
            return NotKnown(str(unknown))


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
            return f"no complete answer came from {host} in time"
