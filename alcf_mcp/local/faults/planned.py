"""The faults that wait to happen, and the log of what was requested."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import Any

from alcf_mcp.local.faults.fault import Fault
from alcf_mcp.local.faults.weather import Weather

_LOG_LENGTH = 1000


@dataclass(slots=True)
class ReceivedRequest:
    """A request that reached the facility; the authorization header is not kept.

    ``fault`` is what happened to it.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    json: Any = None
    fault: Fault | None = None


class Faults:
    """The faults that wait to happen, and the log of what was requested.

    Attributes:
        requests: the last requests, oldest first.
        block_library_agents: refuse a library's default ``User-Agent`` as Cloudflare does.
        weather: what happens to requests at random; faults that were added go first.
    """

    def __init__(self) -> None:
        self.requests: deque[ReceivedRequest] = deque(maxlen=_LOG_LENGTH)
        self.block_library_agents = False
        self.weather: Weather | None = None
        self._waiting: list[tuple[Fault, int | None]] = []

    def add(self, fault: Fault) -> None:
        """Let a fault happen from now on; of several that concern a request, the first added does."""
        self._waiting.append((fault, fault.times))

    def clear(self) -> None:
        """Forget all faults, the weather and all requests."""
        self._waiting.clear()
        self.weather = None
        self.requests.clear()

    def count(self, method: str, path: str) -> int:
        """How many requests came with this method and a path in which the expression is found."""
        return sum(
            request.method == method and bool(re.search(path, request.path)) for request in self.requests
        )

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that happens to a request, used up by one."""
        for index, (fault, left) in enumerate(self._waiting):
            if fault.concerns(method, path):
                if left is not None and left <= 1:
                    del self._waiting[index]
                elif left is not None:
                    self._waiting[index] = (fault, left - 1)
                return fault
        return self.weather.draw() if self.weather else None
