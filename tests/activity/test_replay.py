"""A replay starts jobs as a scheduler with backfill does, and never gives away nodes that there are not."""

from __future__ import annotations

import math
from itertools import chain, count

from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.activity.plan import Block, ReplayedJob
from alcf_mcp.activity.replay import LOOKED_THROUGH, MOST_PASSES, Replay

NOW = 1_795_000_000.0
HOUR = 3600.0
FAR = NOW + 1000 * HOUR


def job(
    number: int, nodes: int, hours: float, *, score: float = 0.0, takes: float | None = None
) -> ReplayedJob:
    runtime = hours if takes is None else takes
    return ReplayedJob(number, nodes, hours * HOUR, runtime * HOUR, score)


def starts(
    nodes: int,
    queued: list[ReplayedJob],
    running: list[ReplayedJob] | None = None,
    blocks: list[Block] | None = None,
) -> dict[int, float | None]:
    """Hours until jobs start."""
    running = running or []
    free = nodes - sum(one.nodes for one in running)
    replay = Replay(free, running, queued, blocks or [], NOW, iter(()))
    told = replay.starts_of([one.number for one in queued], FAR)
    return {number: None if start is None else (start - NOW) / HOUR for number, start in told.items()}


def test_what_fits_starts_at_once() -> None:
    assert starts(10, [job(1, 4, 1), job(2, 6, 1)]) == {1: 0.0, 2: 0.0}


def test_higher_scores_start_first() -> None:
    assert starts(10, [job(1, 10, 1, score=1), job(2, 10, 2, score=2)]) == {1: 2.0, 2: 0.0}


def test_a_job_waits_for_the_jobs_that_run_to_end_which_may_be_early() -> None:
    assert starts(10, [job(2, 10, 1)], [job(1, 10, 4)]) == {2: 4.0}
    assert starts(10, [job(2, 10, 1)], [job(1, 10, 4, takes=1.5)]) == {2: 1.5}


def test_a_small_job_goes_ahead_only_if_it_does_not_delay_the_first_one() -> None:
    running = [job(1, 8, 4)]
    first = job(2, 10, 1, score=9)
    assert starts(10, [first, job(3, 2, 4)], running) == {2: 4.0, 3: 0.0}
    assert starts(10, [first, job(3, 2, 5)], running) == {2: 4.0, 3: 5.0}


def test_no_job_runs_into_a_maintenance() -> None:
    maintenance = Block(NOW + 2 * HOUR, NOW + 10 * HOUR, 10)
    assert starts(10, [job(1, 1, 2), job(2, 1, 3)], blocks=[maintenance]) == {1: 0.0, 2: 10.0}


def test_a_reservation_takes_only_its_nodes() -> None:
    reservation = Block(NOW, NOW + 5 * HOUR, 4)
    assert starts(10, [job(1, 6, 1), job(2, 7, 1)], blocks=[reservation]) == {1: 0.0, 2: 5.0}


def test_a_job_that_can_never_have_its_nodes_never_starts() -> None:
    assert starts(10, [job(1, 11, 1)]) == {1: None}


def test_a_long_queue_is_looked_at_a_bounded_number_of_times() -> None:
    queued = [job(number, 10, 0.1, score=-number) for number in range(MOST_PASSES + 10)]
    replay = Replay(10, [], queued, [], NOW, iter(()))
    last = len(queued) - 1
    assert replay.starts_of([last], FAR) == {last: None}
    assert replay.passes == MOST_PASSES


def test_a_new_job_that_gets_no_nodes_takes_no_look_at_the_queue() -> None:
    arriving = ((NOW + hours * HOUR, job(-hours, 10, 1)) for hours in range(1, 90))
    replay = Replay(0, [job(1, 10, 100)], [job(2, 10, 1, score=1)], [], NOW, arriving)
    assert replay.starts_of([2], FAR) == {2: NOW + 100 * HOUR}
    assert replay.passes == 1


def test_a_replay_ends_though_jobs_arrive_without_end_and_none_ever_fits() -> None:
    forever = Block(NOW, math.inf, 10)
    arriving = ((NOW + hours * HOUR, job(-hours, 4, 1)) for hours in count(1))
    replay = Replay(10, [], [job(1, 4, 1)], [forever], NOW, arriving)
    assert replay.starts_of([1], FAR) == {1: None}


def test_jobs_far_down_a_queue_are_not_looked_at_until_those_above_are_fewer() -> None:
    above = [job(number, 10, 1, score=9) for number in range(LOOKED_THROUGH)]
    small = job(9999, 1, 0.5)
    assert starts(10, [*above[1:], small], [job(8888, 9, 1)])[9999] == 0.0
    assert starts(10, [*above, small], [job(8888, 9, 1)])[9999] == LOOKED_THROUGH + 1


jobs = st.builds(
    ReplayedJob,
    number=st.integers(1, 10**6),
    nodes=st.integers(1, 20),
    walltime=st.floats(60, 50 * HOUR),
    runtime=st.just(0.0),
    score=st.floats(0, 100),
)


@given(st.lists(jobs, max_size=25, unique_by=lambda one: one.number), st.data())
def test_jobs_never_have_more_nodes_than_there_are(queued: list[ReplayedJob], data: st.DataObject) -> None:
    takes = [data.draw(st.floats(0, one.walltime)) for one in queued]
    queued = [
        ReplayedJob(one.number, one.nodes, one.walltime, runtime, one.score)
        for one, runtime in zip(queued, takes, strict=True)
    ]
    replay = Replay(20, [], queued, [], NOW, iter(()))
    told = replay.starts_of([one.number for one in queued], FAR)
    spans = [
        (start, start + one.runtime, one.nodes)
        for one in queued
        if (start := told[one.number]) is not None and one.runtime > 0
    ]
    assert all(start is not None and start >= NOW for start in told.values())
    for moment in chain((start for start, _, _ in spans), (end for _, end, _ in spans)):
        assert sum(nodes for start, end, nodes in spans if start <= moment < end) <= 20
