"""When a job starts is told as a range that holds, or not at all and with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.activity.models import Activity, ActivityJob, Maintenance, Reservation
from alcf_mcp.activity.start_range import (
    SLACK,
    StartRange,
    StartUnknown,
    start_range_for,
    start_range_of,
    start_ranges_of,
)

NOW = 1_795_000_000.0
HOUR = 3600.0


def running(number: int, nodes: int, hours: float, *, since: float = 0.5, queue: str = "prod") -> ActivityJob:
    return ActivityJob(number, queue, "P", nodes, hours * HOUR, NOW - 9 * HOUR, None, NOW - since * HOUR)


def waiting(number: int, nodes: int, hours: float, score: float, *, queue: str = "prod") -> ActivityJob:
    return ActivityJob(number, queue, "P", nodes, hours * HOUR, NOW - 2 * HOUR, score)


BUSY = Activity(
    machine="polaris",
    updated=NOW,
    running=(running(1, 60, 6), running(2, 40, 3)),
    queued=(waiting(10, 80, 4, 50.0), waiting(11, 80, 2, 40.0), waiting(12, 30, 1, 30.0)),
    node_states={"allocated": 100, "down": 5},
)


def of(activity: Activity, number: int) -> StartRange | StartUnknown:
    return start_range_of(activity, number, now=NOW)


def ranged(activity: Activity, number: int) -> StartRange:
    told = of(activity, number)
    assert isinstance(told, StartRange), told
    return told


def test_the_end_that_is_late_allows_for_whole_walltimes() -> None:
    told = ranged(BUSY, 10)
    assert 0 <= told.earliest <= told.likely <= told.latest
    assert told.latest >= 5.5 * HOUR, "both running jobs may use their walltime"


def test_jobs_further_down_start_later() -> None:
    assert ranged(BUSY, 10).likely <= ranged(BUSY, 11).likely


def test_the_same_feed_tells_the_same() -> None:
    assert of(BUSY, 11) == of(BUSY, 11)


def test_several_jobs_are_told_of_at_once() -> None:
    told = start_ranges_of(BUSY, [10, 11, 12, 99], now=NOW)
    assert set(told) == {10, 11, 12, 99}
    assert isinstance(told[99], StartUnknown)
    assert all(isinstance(told[number], StartRange) for number in (10, 11, 12))


def test_on_an_empty_machine_a_new_job_starts_at_once_unless_a_limit_keeps_it() -> None:
    empty = Activity(machine="polaris", updated=NOW, node_states={"free": 100})
    told = start_range_for(empty, queue="prod", nodes=10, walltime=HOUR, now=NOW)
    assert isinstance(told, StartRange)
    assert (told.earliest, told.likely, told.latest) == (0, 0, SLACK)


def test_a_maintenance_in_the_way_is_waited_for() -> None:
    soon = Maintenance(NOW + 2 * HOUR, NOW + 10 * HOUR)
    told = start_range_for(
        Activity(machine="polaris", updated=NOW, node_states={"free": 100}, maintenance=soon),
        queue="prod",
        nodes=1,
        walltime=3 * HOUR,
        now=NOW,
    )
    assert isinstance(told, StartRange)
    assert told.latest >= 10 * HOUR


@pytest.mark.parametrize(
    ("activity", "number", "why"),
    [
        (BUSY, 1, "has started"),
        (BUSY, 99, "does not show the job"),
        (replace(BUSY, updated=NOW - 2 * HOUR), 10, "The feed is 2 h old"),
        (replace(BUSY, node_states=None), 10, "how many nodes are usable"),
        (replace(BUSY, maintenance=Maintenance(NOW - HOUR, None)), 10, "tells no end"),
        (replace(BUSY, maintenance=Maintenance(NOW - HOUR, NOW + HOUR)), 10, "expected to end in 1 h"),
        (
            replace(BUSY, queued=(waiting(10, 800, 1, 9.0),)),
            10,
            "800 nodes are more than are usable now (100)",
        ),
        (replace(BUSY, queued=(replace(BUSY.queued[0], score=None),)), 10, "no score"),
        (replace(BUSY, queued=(replace(BUSY.queued[0], held=True),)), 10, "held"),
        (
            replace(
                BUSY,
                reservations=(Reservation("R1", NOW + HOUR, None, 10),),
                queued=(waiting(10, 1, 1, 9.0, queue="R1"),),
            ),
            10,
            "queue of a reservation, which begins in 1 h",
        ),
        (
            replace(BUSY, running=(), queued=(waiting(10, 1, 1, 9.0),)),
            10,
            "fits on nodes that are free, and waits all the same",
        ),
    ],
)
def test_why_it_cant_be_told_is_said(activity: Activity, number: int, why: str) -> None:
    told = of(activity, number)
    assert isinstance(told, StartUnknown)
    assert why in str(told)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (StartRange(1200, 3600, 7800), "between 20 min and 2 h 10 min, most likely within 1 h"),
        (StartRange(0, 30, 900), "within 15 min, most likely within 1 min"),
    ],
)
def test_a_range_in_words(told: StartRange, words: str) -> None:
    assert str(told) == words


machines = st.builds(
    Activity,
    machine=st.just("polaris"),
    updated=st.just(NOW),
    running=st.lists(
        st.builds(running, st.integers(1, 500), st.integers(1, 30), st.floats(0.1, 24)),
        max_size=6,
        unique_by=lambda one: one.number,
    ).map(tuple),
    queued=st.lists(
        st.builds(
            waiting, st.integers(1000, 2000), st.integers(1, 60), st.floats(0.1, 24), st.floats(-5, 100)
        ),
        max_size=8,
        unique_by=lambda one: one.number,
    ).map(tuple),
    node_states=st.fixed_dictionaries({"free": st.integers(0, 50), "allocated": st.integers(0, 50)}),
)


@given(machines, st.integers(1, 40), st.floats(1, 24))
def test_whatever_the_machine_does_a_range_is_in_order_and_not_in_the_past(
    activity: Activity, nodes: int, hours: float
) -> None:
    told = start_range_for(activity, queue="prod", nodes=nodes, walltime=hours * HOUR, now=NOW)
    if isinstance(told, StartRange):
        assert 0 <= told.earliest <= told.likely <= told.latest
    else:
        assert str(told)
