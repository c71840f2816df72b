"""When tasks are polled: as soon as they usually end, and not needlessly before."""

import random
from itertools import accumulate, islice

import pytest

from alcf_mcp.iri.pace import FIRST_LOOK, LONGEST_PAUSE, Pace

OPERATION = "ls"


def wait_for(pace: Pace, duration: float, operation: str = OPERATION) -> tuple[float, int]:
    """Wait for a task as the client does; returns when its end is seen, and after how many polls."""
    before = 0.0
    for number, now in enumerate(accumulate(pace.pauses(operation)), 1):
        if now >= duration:
            pace.learn(operation, not_before=before, ended_by=now)
            return now, number
        before = now
    raise AssertionError


def test_of_what_is_not_known_the_looks_come_early_and_ever_later() -> None:
    looks = list(islice(Pace().pauses(OPERATION), 10))
    assert 0.15 < looks[0] / FIRST_LOOK < 1.2
    assert max(looks) <= LONGEST_PAUSE
    assert looks[5] > looks[1]


@pytest.mark.parametrize("duration", [0.05, 0.2, 1.0, 3.0, 10.0, 30.0])
def test_the_usual_duration_is_learned(duration: float) -> None:
    random.seed(7)
    pace = Pace()
    for _ in range(20):
        wait_for(pace, duration)
    seen, looks = zip(*(wait_for(pace, duration) for _ in range(20)), strict=True)
    late = sorted(when - duration for when in seen)
    assert late[10] <= 0.15 * duration + 0.1
    assert late[-1] <= 0.3 * duration + 0.1
    assert max(looks) <= 7


@pytest.mark.parametrize("duration", [0.3, 1.0, 3.0, 10.0, 30.0])
def test_one_task_is_enough_to_look_well_at_the_next(duration: float) -> None:
    random.seed(7)
    late = []
    for _ in range(50):
        pace = Pace()
        wait_for(pace, duration)
        when, looks = wait_for(pace, duration)
        late.append(when - duration)
        assert looks <= 7
    assert sorted(late)[45] <= 0.15 * duration + 0.1


@pytest.mark.parametrize("duration", [0.3, 1.0, 3.0, 10.0, 30.0])
def test_the_first_task_of_a_kind_is_looked_at_as_those_of_others(duration: float) -> None:
    random.seed(7)
    late = []
    for _ in range(50):
        pace = Pace()
        for _ in range(5):
            wait_for(pace, duration)
        when, looks = wait_for(pace, duration, "view")
        late.append(when - duration)
        assert looks <= 8
    assert sorted(late)[45] <= 0.15 * duration + 0.1


@pytest.mark.parametrize("duration", [0.1, 60.0])
def test_the_first_task_of_a_kind_may_take_another_time(duration: float) -> None:
    pace = Pace()
    for _ in range(5):
        wait_for(pace, 1.0)
    when, looks = wait_for(pace, duration, "compress")
    assert when - duration <= max(LONGEST_PAUSE, 1.02)
    assert looks < 40


def test_a_duration_that_changes_is_learned_anew() -> None:
    pace = Pace()
    for duration in [10.0] * 20 + [1.0] * 20:
        when, _ = wait_for(pace, duration)
    assert when < 1.5


def test_a_long_task_among_short_ones_is_not_hammered() -> None:
    pace = Pace()
    for _ in range(20):
        wait_for(pace, 0.1)
    _, looks = wait_for(pace, 60.0)
    assert looks < 80


def test_tasks_that_nobody_names_teach_nothing() -> None:
    pace = Pace()
    pace.learn("", not_before=0.0, ended_by=9.0)
    assert pace.expected("") is None


def test_tasks_that_nobody_names_began_some_time_ago() -> None:
    pace = Pace()
    wait_for(pace, 9.0)
    assert next(pace.pauses("")) < 2 * FIRST_LOOK
