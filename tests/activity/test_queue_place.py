"""Where a job stands, what is free, and what is coming."""

import math
from dataclasses import replace

from alcf_mcp.activity.models import Activity, ActivityJob, Maintenance, Reservation
from alcf_mcp.activity.queue_place import Gap, QueuePlace, begins_before, gaps, queue_place

NOW = 1_795_000_000.0
HOUR = 3600.0


def waiting(number: int, queue: str, score: float | None, *, held: bool = False) -> ActivityJob:
    return ActivityJob(number, queue, "P", 10, HOUR, NOW - HOUR, score, held=held)


QUEUED = Activity(
    machine="polaris",
    updated=NOW,
    running=(ActivityJob(5, "prod", "P", 8, 4 * HOUR, NOW - HOUR, None, NOW - HOUR),),
    queued=(
        waiting(1, "prod", 9.0),
        waiting(2, "debug", 8.0),
        waiting(3, "prod", 7.0),
        waiting(4, "prod", 99.0, held=True),
    ),
    node_states={"allocated": 8, "free": 2},
)


def test_a_place_counts_by_score_within_the_queue_and_on_the_machine() -> None:
    assert queue_place(QUEUED, 3) == QueuePlace(position=2, of=3, ahead=2, node_hours_ahead=20.0)
    assert queue_place(QUEUED, 1) == QueuePlace(position=1, of=3, ahead=0, node_hours_ahead=0.0)


def test_what_is_held_or_not_there_has_no_place() -> None:
    assert queue_place(QUEUED, 4) is None
    assert queue_place(QUEUED, 5) is None
    assert queue_place(QUEUED, 77) is None


def test_free_nodes_are_a_gap_until_the_first_job_that_waits_needs_them() -> None:
    assert gaps(QUEUED) == (Gap(2, 3 * HOUR),)
    assert gaps(replace(QUEUED, queued=())) == (Gap(2, math.inf),)
    assert gaps(replace(QUEUED, node_states={"allocated": 8})) == ()


def test_a_gap_in_words() -> None:
    assert str(Gap(2, 1800.0)) == "2 nodes for 30 min fit a gap now"
    assert str(Gap(1, math.inf)) == "1 node for any time fits a gap now"


def test_what_begins_first_before_a_time() -> None:
    maintenance = Maintenance(NOW + 5 * HOUR, NOW + 9 * HOUR)
    training = Reservation("training", NOW + 2 * HOUR, None, 10)
    coming = replace(QUEUED, maintenance=maintenance, reservations=(training,))
    assert begins_before(coming, NOW + HOUR) is None
    assert begins_before(coming, NOW + 3 * HOUR) is training
    assert begins_before(replace(coming, reservations=()), NOW + 6 * HOUR) is maintenance
