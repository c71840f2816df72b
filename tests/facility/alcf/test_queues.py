"""Queue advice states its date, and a suggested queue draws no advice."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.facility.alcf.queue_tables import queue_tables
from alcf_mcp.facility.alcf.queues import Machine, advice, known_machines, suggested_queue, table_of

HOUR = 3600


@pytest.mark.parametrize("machine", known_machines(), ids=lambda machine: machine.name)
def test_the_table_is_dated_sourced_and_sound(machine: Machine) -> None:
    assert re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", machine.as_of)
    assert machine.source.startswith("https://docs.alcf.anl.gov/")
    names = [queue.name for queue in machine.queues]
    assert len(set(names)) == len(names)
    for queue in machine.queues:
        assert 1 <= queue.nodes.least <= queue.nodes.most <= machine.nodes
        assert 0 < queue.walltime.least < queue.walltime.most
        if queue.routes:
            # Its routes cover its node range without a gap.
            first, last = queue.routes[0], queue.routes[-1]
            assert (first.nodes.least, last.nodes.most) == queue.nodes
            assert all(a.nodes.most + 1 == b.nodes.least for a, b in pairwise(queue.routes))


def test_machines_are_known_by_name_in_any_case_and_others_get_no_advice() -> None:
    assert table_of(" POLARIS ") is table_of("polaris") is not None
    assert table_of("frontier") is None
    assert advice("frontier", "batch", 9999, 1) == []
    assert suggested_queue("frontier", 1, 1) is None


@pytest.mark.parametrize(
    ("queue", "nodes", "walltime"),
    [("debug", 2, HOUR), ("Prod", 10, 3 * HOUR), ("prod", 99, 6 * HOUR), ("capacity", 1, 168 * HOUR)],
)
def test_there_is_nothing_to_say_about_a_job_that_fits(queue: str, nodes: int, walltime: int) -> None:
    assert advice("Polaris", queue, nodes, walltime) == []


@pytest.mark.parametrize(
    ("queue", "nodes", "walltime", "said"),
    [
        (
            "prod",
            2,
            HOUR,
            "prod on Polaris takes 10-496 nodes (table of 2026-08), not 2: debug (1-2 nodes, up to 1 h) or",
        ),
        (
            "debug",
            12,
            2 * HOUR,
            "debug on Polaris takes 1-2 nodes (table of 2026-08), not 12: "
            "prod (10-24 nodes, up to 3 h) would fit.",
        ),
        (
            "prod",
            12,
            6 * HOUR,
            "prod on Polaris runs 12 nodes for at most 3 h (table of 2026-08), not for 6 h: "
            "no queue takes 12 nodes for more than 3 h (prod).",
        ),
        (
            "debug",
            700,
            HOUR,
            "debug on Polaris takes 1-2 nodes (table of 2026-08), not 700: "
            "no queue takes more than 496 nodes (prod).",
        ),
        (
            "debug",
            1,
            60,
            "debug on Polaris takes no jobs shorter than 5 min (table of 2026-08): 5 min would fit.",
        ),
        (
            "workq",
            8,
            5 * HOUR,
            "Polaris has no queue 'workq'; it has debug, debug-scaling, prod, capacity, preemptable, demand "
            "(table of 2026-08): preemptable (1-10 nodes, up to 3 d) would fit.",
        ),
        (
            "medium",
            30,
            HOUR,
            "medium on Polaris takes jobs only from prod (table of 2026-08): use that.",
        ),
        ("preemptable", 1, HOUR, "preemptable on Polaris may kill jobs at any time"),
        ("demand", 1, HOUR, "demand on Polaris is open by request only"),
    ],
)
def test_advice_says_what_the_table_has_its_date_and_what_would_fit(
    queue: str, nodes: int, walltime: int, said: str
) -> None:
    assert advice("polaris", queue, nodes, walltime)[0].startswith(said)


def test_a_routed_job_that_fits_nowhere_may_be_lost_and_that_is_said() -> None:
    assert "drop it silently" in advice("polaris", "small", 12, 6 * HOUR)[-1]


@pytest.mark.parametrize(
    ("machine", "nodes", "walltime", "queue"),
    [
        ("polaris", 1, 60, "debug"),
        ("polaris", 8, HOUR, "debug-scaling"),
        ("polaris", 200, 20 * HOUR, "prod"),
        ("polaris", 1, 2 * HOUR, "capacity"),
        ("polaris", 8, 2 * HOUR, "preemptable"),
        ("polaris", 30, 7 * HOUR, None),
        ("crux", 1, 2 * HOUR, "debug"),
        ("crux", 100, 24 * HOUR, "workq-route"),
        ("aurora", 20, 2 * HOUR, None),
    ],
)
def test_the_first_queue_that_takes_a_job_is_suggested(
    machine: str, nodes: int, walltime: int, queue: str | None
) -> None:
    assert suggested_queue(machine, nodes, walltime) == queue


@given(st.sampled_from(known_machines()), st.integers(1, 20_000), st.integers(300, 30 * 24 * HOUR))
def test_whoever_takes_the_suggestion_is_told_nothing_but_its_caution(
    machine: Machine, nodes: int, walltime: int
) -> None:
    name = suggested_queue(machine.name, nodes, walltime)
    if name is None:
        assert all(advice(machine.name, queue.name, nodes, walltime) for queue in machine.queues)
        return
    queue = machine.queue(name)
    assert queue is not None
    assert not queue.by_request
    assert len(advice(machine.name, name, nodes, walltime)) == bool(queue.caution)


def test_the_tables_have_a_row_for_every_queue_and_route() -> None:
    rows = [line for line in queue_tables().splitlines() if re.match(r"\| \S+.* \| \d", line)]
    assert len(rows) == sum(1 + len(queue.routes) for machine in known_machines() for queue in machine.queues)
    assert "| prod → small | 10-24 | 5 min to 3 h |" in queue_tables()
