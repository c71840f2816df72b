from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.local.catalog import POLARIS
from alcf_mcp.local.jobs.planning import RunningJob, WaitingJob, plan, score

NOW = 1000.0


def _wait(number: int, nodes: int, queue: str = "prod", walltime: float = 100.0) -> WaitingJob:
    return WaitingJob(number, queue, nodes, walltime)


def _run(nodes: int, ends: float, queue: str = "prod", first: int = 0) -> RunningJob:
    return RunningJob(queue, POLARIS.nodes[first : first + nodes], ends)


def _started(*waiting: WaitingJob, running: tuple[RunningJob, ...] = ()) -> list[int]:
    return list(plan(POLARIS, waiting, running, NOW))


def test_jobs_start_in_order_of_submission() -> None:
    assert _started(_wait(2, 4), _wait(1, 4), _wait(3, 4)) == [1, 2]


def test_queues_with_priority_come_first() -> None:
    assert _started(_wait(1, 8, "preemptable"), _wait(2, 8, "prod"), _wait(3, 2, "debug")) == [3]


def test_a_short_job_fills_a_gap_that_it_frees_in_time() -> None:
    running = (_run(6, NOW + 200),)
    assert _started(_wait(1, 8), _wait(2, 2, walltime=200), running=running) == [2]


def test_a_long_job_does_not_delay_the_first_that_waits() -> None:
    running = (_run(6, NOW + 200),)
    assert _started(_wait(1, 8), _wait(2, 2, walltime=201), running=running) == []
    assert _started(_wait(1, 6), _wait(2, 2, walltime=9999), running=running) == [2]


def test_one_job_of_a_user_in_debug_scaling() -> None:
    assert _started(_wait(1, 1, "debug-scaling"), _wait(2, 1, "debug-scaling"), _wait(3, 1)) == [1, 3]


def test_an_overdue_job_still_holds_its_nodes() -> None:
    assert _started(_wait(1, 8), running=(_run(1, NOW - 5),)) == []


WAITING = st.lists(
    st.builds(
        WaitingJob,
        number=st.integers(1, 99),
        queue=st.sampled_from([queue.name for queue in POLARIS.queues] + ["gone"]),
        node_count=st.integers(1, 9),
        walltime=st.floats(1, 1000),
    ),
    unique_by=lambda job: job.number,
    max_size=12,
)


@given(WAITING, st.integers(0, 8), st.floats(-100, 1000))
def test_no_node_is_given_twice(waiting: list[WaitingJob], busy: int, left: float) -> None:
    running = (_run(busy, NOW + left),) if busy else ()
    starts = plan(POLARIS, waiting, running, NOW)
    given_out = [node for nodes in starts.values() for node in nodes]
    assert len(set(given_out)) == len(given_out)
    assert not set(given_out) & {node for job in running for node in job.nodes}
    wanted = {job.number: job.node_count for job in waiting}
    assert all(len(nodes) == wanted[number] for number, nodes in starts.items())


@given(WAITING)
def test_an_empty_machine_starts_something(waiting: list[WaitingJob]) -> None:
    possible = [job for job in waiting if job.node_count <= len(POLARIS.nodes)]
    assert bool(plan(POLARIS, waiting, (), NOW)) == bool(possible)


@given(st.lists(st.sampled_from(["debug", "prod", "preemptable", "unknown"]), min_size=1))
def test_where_one_job_fits_the_one_with_the_highest_score_starts(queues: list[str]) -> None:
    waiting = [_wait(number, 8, queue) for number, queue in enumerate(queues, 1)]
    best = max(waiting, key=lambda job: score(POLARIS, job.queue, job.number))
    assert _started(*waiting) == [best.number]
