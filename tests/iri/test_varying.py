"""Tasks whose durations vary are answered as soon as by a poll every second, with far fewer polls."""

import random
from collections.abc import Iterable
from itertools import accumulate, islice
from math import ceil
from statistics import mean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.iri.pace import LONGEST_PAUSE, Pace
from alcf_mcp.iri.varying import ENOUGH, vary, varying_pauses

durations = st.lists(st.floats(0.01, 3600), min_size=ENOUGH, max_size=20)


def polls_until(end: float, pauses: Iterable[float]) -> list[float]:
    polls = []
    for moment in accumulate(pauses):
        polls.append(moment)
        if moment >= end:
            return polls
    raise AssertionError("the pauses never end")


@pytest.mark.parametrize(("shortest", "longest"), [(5, 15), (20, 60), (3, 20)])
def test_varying_tasks_cost_little_more_than_half_the_polls(shortest: float, longest: float) -> None:
    draw = random.Random(7)
    pace = Pace()
    late, polls, each_second = [], [], []
    for _ in range(600):
        took = draw.uniform(shortest, longest)
        seen = polls_until(took, pace.pauses("ls"))
        pace.learn("ls", not_before=seen[-2] if len(seen) > 1 else 0.0, ended_by=seen[-1])
        late.append(seen[-1] - took)
        polls.append(len(seen))
        each_second.append(ceil(took))
    assert mean(polls) <= 0.6 * mean(each_second)
    assert median(late) <= 0.06 * mean((shortest, longest))


def test_polls_come_close_together_where_many_tasks_end() -> None:
    ended = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 30.0, 31.0]
    polls = polls_until(30.0, varying_pauses(ended))
    around_many = [moment for moment in polls if 1 <= moment <= 1.5]
    around_none = [moment for moment in polls if 10 <= moment <= 10.5]
    assert len(around_many) > len(around_none)


def test_a_task_that_is_slower_than_all_before_is_polled_ever_less() -> None:
    polls = polls_until(600.0, varying_pauses([5.0, 6, 7, 8, 9, 10, 11, 12]))
    assert polls[-1] - 600 <= LONGEST_PAUSE
    assert len(polls) < 320


def test_tasks_that_take_about_as_long_as_each_other_do_not_vary() -> None:
    assert not vary([9.5, 10, 10.5] * 5)
    assert not vary([1.0, 60.0]), "two are not enough to know"
    assert vary([5.0, 8.0, 12.0, 15.0] * 3)


@given(durations)
def test_there_is_always_another_poll(ended: list[float]) -> None:
    pauses = list(islice(varying_pauses(ended), 200))
    assert len(pauses) == 200
    assert all(pause >= 0 for pause in pauses)
    assert sum(pauses) > max(ended) / 2
