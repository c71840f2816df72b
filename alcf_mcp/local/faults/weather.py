"""Random faults, the same ones for the same seed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from random import Random

from alcf_mcp.local.faults.fault import Fault

_BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_LOGIN_PAGE = "<!DOCTYPE html><html><body><p>Please sign in to continue.</p></body></html>"
_PROBLEM = {
    "type": "about:blank",
    "title": "Error",
    "status": 500,
    "detail": "An unexpected error occurred.",
}
_OTHER_SHAPES: tuple[object, ...] = ({"message": "ok"}, ["ok"], [[]], "ok", 0)

_RETRY_SECONDS = 1


class Weather:
    """Draws for every request whether a fault happens to it, and which one.

    Every draw depends only on the seed and on the number of earlier draws. Where both are possible in
    reality, whether the request is carried out is drawn too. A request that is turned away at once (a 429, or
    a 503 with ``Retry-After``) is never carried out. A request that gets a 408 always is: it comes from a
    gateway that gives up while the scheduler goes on.

    Args:
        seed: selects the weather.
        rate: the share of requests that a fault happens to, from 0 to 1.
        longest: the longest delay, in seconds.

    Attributes:
        drawn: the number of draws so far.
        happened: how often each fault happened, by its name and by whether the request was carried out.
    """

    def __init__(self, *, seed: int, rate: float, longest: float = 1.0) -> None:
        self.drawn = 0
        self.happened: Counter[tuple[str, bool]] = Counter()
        self._random = Random(seed)  # noqa: S311 - it has to be reproducible
        self._rate = rate
        self._longest = longest

    def draw(self) -> Fault | None:
        """Draw the fault that happens to the next request, if any."""
        self.drawn += 1
        if self._random.random() >= self._rate:
            return None
        name = self._random.choice(list(_KINDS))
        fault = replace(_KINDS[name](self), name=name)
        self.happened[name, fault.lets_through] += 1
        return fault

    def seconds(self) -> float:
        """Draw a delay in seconds."""
        return self._random.uniform(0.0, self._longest)

    def either(self) -> bool:
        """Draw yes or no."""
        return self._random.random() < 0.5

    def other_shape(self) -> object:
        """Draw JSON that is not a valid response of the API."""
        return self._random.choice(_OTHER_SHAPES)


def _turned_away(status: int, retry_after: str) -> Fault:
    return Fault(status=status, body="Too busy", headers={"Retry-After": retry_after})


def _gave_up(weather: Weather) -> Fault:
    """A gateway that gave up on the scheduler, which finishes before the gateway's response or after it."""
    timeout = Fault(status=408, body="Request Timeout")
    return replace(timeout, after=True) if weather.either() else replace(timeout, late=weather.seconds())


def _html(status: int, page: str, *, after: bool) -> Fault:
    return Fault(status=status, body=page, content_type="text/html", after=after)


def _json(status: int, body: object, *, after: bool, kind: str = "application/json") -> Fault:
    return Fault(status=status, body=body, content_type=kind, after=after)


_KINDS: dict[str, Callable[[Weather], Fault]] = {
    "delayed": lambda weather: Fault(delay=weather.seconds()),
    "trickled": lambda weather: Fault(trickle=weather.seconds()),
    "dropped": lambda weather: Fault(drop=True, after=weather.either()),
    "reset": lambda weather: Fault(reset=True, after=weather.either()),
    "truncated": lambda _: Fault(truncate=True),
    "429, Retry-After": lambda _: _turned_away(429, str(_RETRY_SECONDS)),
    "503, Retry-After": lambda _: _turned_away(503, str(_RETRY_SECONDS)),
    "503, Retry-After a date": lambda _: _turned_away(
        503, formatdate(time.time() + _RETRY_SECONDS, usegmt=True)
    ),
    "503": lambda weather: Fault(status=503, body="Service Unavailable", after=weather.either()),
    "500, a problem": lambda weather: _json(
        500, _PROBLEM, after=weather.either(), kind="application/problem+json"
    ),
    "502, HTML": lambda weather: _html(502, _BAD_GATEWAY, after=weather.either()),
    "504": lambda weather: Fault(status=504, body="Gateway Timeout", after=weather.either()),
    "408": _gave_up,
    "200, HTML": lambda weather: _html(200, _LOGIN_PAGE, after=weather.either()),
    "200, another shape": lambda weather: _json(200, weather.other_shape(), after=weather.either()),
    "200, a problem": lambda weather: _json(200, _PROBLEM, after=weather.either()),
    "200, empty": lambda weather: Fault(status=200, after=weather.either()),
}
