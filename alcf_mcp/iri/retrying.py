"""Which requests are retried, and when.

A read is retried after every temporary failure. A change is retried only if the first request provably was
not carried out: it did not arrive, or was turned away at the door.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial

import anyio
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from alcf_mcp.iri.errors import (
    APIError,
    Conflict,
    ConnectionLost,
    Crowded,
    GatewayTimeout,
    NotAnIRIAnswer,
    NotConnected,
    NotJSON,
    ServerFault,
    TooManyRequests,
)
from alcf_mcp.iri.wait import Wait

MOST_SENDS = 5
MOST_SENDS_AFTER_500 = 3
"""ALCF also answers 500 to what can't work (its deployment of the API, 2026-08): not worth a long wait."""

LONGEST_PAUSE = 8.0

_growing = wait_random_exponential(multiplier=0.4, max=LONGEST_PAUSE)

PASSING_FAULTS = (ServerFault, GatewayTimeout, TooManyRequests, NotConnected, ConnectionLost, NotJSON)
"""Temporary failures: they may be over in a moment."""


def repetition(wait: Wait, *, reads: bool, keyed: bool) -> AsyncRetrying:
    """Return the attempts at one request, until one succeeds or another is not worthwhile.

    Pauses grow and are random, ``Retry-After`` is honoured, and no pause outlasts the call's deadline: the
    last error is raised instead.

    Args:
        wait: the call's time limit; its listener hears of every pause.
        reads: the request changes nothing.
        keyed: the facility honours the request's idempotency key, so that it is carried out at most once.
    """

    async def tell(state: RetryCallState) -> None:
        await wait.say(f"{_error(state)}; trying again in {state.upcoming_sleep:.1f} s")

    return AsyncRetrying(
        retry=retry_if_exception(partial(_may_pass, reads=reads, keyed=keyed)),
        wait=_pause,
        stop=lambda state: state.attempt_number >= _most(state) or state.upcoming_sleep > wait.left,
        sleep=anyio.sleep,
        before_sleep=tell,
        reraise=True,
    )


def was_turned_away(error: BaseException) -> bool:
    """Whether a request provably was not carried out, and may succeed soon."""
    if isinstance(error, ServerFault):
        return error.status == 503 and error.retry_after is not None
    return isinstance(error, NotConnected | TooManyRequests) and not isinstance(error, Crowded)


def has_unknown_fate(error: BaseException) -> bool:
    """Whether the request may have been carried out."""
    never_left = isinstance(error, NotConnected) or was_turned_away(error)
    return isinstance(error, (*PASSING_FAULTS, NotAnIRIAnswer)) and not never_left


def retry_after(error: BaseException) -> float | None:
    """Return the seconds that the facility asks to wait; a date is read by the facility's own clock."""
    if not isinstance(error, APIError) or not error.retry_after:
        return None
    text = error.retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        until = _aware(parsedate_to_datetime(text))
        now = _aware(parsedate_to_datetime(error.date)) if error.date else datetime.now(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, (until - now).total_seconds())


def _may_pass(error: BaseException, *, reads: bool, keyed: bool) -> bool:
    if was_turned_away(error):
        return True
    if isinstance(error, Conflict):  # another request with the same key is still in progress
        return keyed
    if keyed and isinstance(error, NotAnIRIAnswer):  # a gateway's page: retrying with the same key finds out
        return True
    return (reads or keyed) and isinstance(error, PASSING_FAULTS)


def _most(state: RetryCallState) -> int:
    error = _error(state)
    return MOST_SENDS_AFTER_500 if isinstance(error, APIError) and error.status == 500 else MOST_SENDS


def _pause(state: RetryCallState) -> float:
    asked = retry_after(_error(state))
    return _growing(state) if asked is None else asked + min(_growing(state), 1.0)


def _error(state: RetryCallState) -> BaseException:
    error = state.outcome.exception() if state.outcome else None
    assert error is not None  # noqa: S101 - only failed requests are retried
    return error


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
