"""The planned faults and the request log."""

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
    """A request that reached the facility, without its authorization header.

    ``fault`` is the fault that happened to it, if any.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    json: Any = None
    fault: Fault | None = None


class Faults:
    """The planned faults and the request log.

    Attributes:
        requests: the most recent requests, oldest first.
        block_library_agents: refuse a library's default ``User-Agent``, as Cloudflare does.
        weather: faults that happen at random; added faults take precedence.
    """

    def __init__(self) -> None:
        self.requests: deque[ReceivedRequest] = deque(maxlen=_LOG_LENGTH)
        self.block_library_agents = False
        self.weather: Weather | None = None
        self._waiting: list[tuple[Fault, int | None]] = []

    def add(self, fault: Fault) -> None:
        """Add a fault. If several apply to a request, the first one added happens."""
        self._waiting.append((fault, fault.times))

    def clear(self) -> None:
        """Remove all faults, the weather and all logged requests."""
        self._waiting.clear()
        self.weather = None
        self.requests.clear()

    def count(self, method: str, path: str) -> int:
        """How many requests had this method and a path in which the expression is found."""
        return sum(
            request.method == method and bool(re.search(path, request.path)) for request in self.requests
        )

    def take(self, method: str, path: str) -> Fault | None:
        """Take the fault that happens to a request, and count it as used once."""
        for index, (fault, left) in enumerate(self._waiting):
            if fault.concerns(method, path):
                if left is not None and left <= 1:
                    del self._waiting[index]
                elif left is not None:
                    self._waiting[index] = (fault, left - 1)
                return fault
        return self.weather.draw() if self.weather else None
