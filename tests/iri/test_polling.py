"""Repeated polling: when, and how politely."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import islice, pairwise

import anyio
import pytest

from alcf_mcp.iri.crowd import AT_FULL_PACE, LARGEST_STRETCH, Crowd
from alcf_mcp.iri.errors import TooManyRequests
from alcf_mcp.iri.pace import pauses
from alcf_mcp.iri.polling import looks


def test_the_first_look_comes_early_and_the_next_ones_ever_later() -> None:
    runs = [list(islice(pauses(0.2, 2.0), 12)) for _ in range(50)]
    for waits in runs:
        assert 0.15 < waits[0] < 0.25
        assert all(later > sooner for sooner, later in pairwise(waits[:5]))
        assert max(waits) <= 2.0
        assert waits[-1] > 1.5
    assert len({waits[0] for waits in runs}) > 1, "they are jittered"


class Slept:
    """Records how long it should sleep, and does not sleep."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds: list[float] = []

        async def sleep(seconds: float) -> None:
            self.seconds.append(seconds)

        monkeypatch.setattr(anyio, "sleep", sleep)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> Slept:
    return Slept(monkeypatch)


async def seen(crowd: Crowd, *answers: int | Exception) -> AsyncIterator[int]:
    """Return what is seen in as many polls as there are responses."""
    left = list(answers)

    async def look() -> int:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with aclosing(looks(look, pauses=pauses(0.2, 2.0), patience=60, crowd=crowd)) as all_seen:
        async for one in all_seen:
            yield one
            if not left:
                return


async def test_the_more_wait_the_less_often_each_one_looks(slept: Slept) -> None:
    crowd = Crowd()
    crowd.elsewhere = 3 * AT_FULL_PACE - 1
    assert [one async for one in seen(crowd, 1, 2, 3)] == [1, 2, 3]
    first, second, _ = slept.seconds
    assert first < 0.25, "who has just come looks early all the same"
    assert second > 2.5 * 0.25
    assert crowd.here == 0, "who has what he waited for is no longer there"


def test_nobody_waits_for_ever_because_of_the_others() -> None:
    crowd = Crowd()
    crowd.elsewhere = 10_000
    assert crowd.stretch == LARGEST_STRETCH


async def test_a_facility_that_asks_for_a_pause_gets_it(slept: Slept) -> None:
    busy = TooManyRequests(status=429, retry_after="7")
    assert [one async for one in seen(Crowd(), busy, 1, 2)] == [1, 2]
    assert slept.seconds[1] == 7
    assert slept.seconds[2] < 1
