"""Before a job is submitted: when it may start, what would start sooner, and what is in the way."""

from dataclasses import replace

from alcf_mcp.activity.models import Activity, ActivityJob, Maintenance, Reservation
from alcf_mcp.activity.start_range import StartRange, StartUnknown
from alcf_mcp.facility.weather.advice import advice

NOW = 1_795_000_000.0
HOUR = 3600.0
LONG = StartRange(earliest=HOUR, likely=3 * HOUR, latest=6 * HOUR)
SOON = StartRange(earliest=0.0, likely=600.0, latest=1800.0)
AT_ONCE = StartRange(earliest=0.0, likely=0.0, latest=900.0)
BUSY = Activity(
    machine="polaris",
    updated=NOW,
    running=(ActivityJob(1, "prod", "P", nodes=8, walltime=4 * HOUR, started=NOW - HOUR),),
    queued=(ActivityJob(2, "prod", "P", nodes=10, walltime=HOUR, submitted=NOW - HOUR, score=9.0),),
    node_states={"allocated": 8, "free": 2},
)


def told(
    activity: Activity = BUSY,
    starts: dict[str, StartRange | StartUnknown] | None = None,
    nodes: int = 4,
    hours: float = 1,
) -> str:
    given = starts or {"prod": LONG}
    return "\n".join(advice(activity, "prod", given, nodes=nodes, walltime=hours * HOUR, now=NOW))


def test_a_range_is_told_with_its_source_and_age() -> None:
    said = told()
    assert said.startswith("In prod, it may start between 1 h and 6 h, most likely within 3 h")
    assert "(replayed from the queue as it was at" in said


def test_a_job_that_starts_at_once_needs_no_range() -> None:
    said = told(starts={"prod": AT_ONCE, "debug": SOON})
    assert said.startswith("In prod, it may start at once")
    assert len(said.splitlines()) == 1


def test_another_queue_is_named_only_if_it_starts_much_sooner() -> None:
    assert "debug would likely start it sooner" in told(starts={"prod": LONG, "debug": SOON})
    a_bit = replace(LONG, likely=2.5 * HOUR)
    assert "debug" not in told(starts={"prod": LONG, "debug": a_bit})
    assert "debug" not in told(starts={"prod": LONG, "debug": StartUnknown("It may take longer")})


def test_a_smaller_request_that_fits_now_is_named() -> None:
    assert "2 nodes for 1 h fit a gap now." in told()
    full = replace(BUSY, node_states={"allocated": 8})
    assert "gap" not in told(full)


def test_why_nothing_can_be_told_is_told() -> None:
    unknown = StartUnknown("The feed does not tell how many nodes are usable")
    assert told(starts={"prod": unknown}) == (
        "When it starts can't be told: the feed does not tell how many nodes are usable."
    )


def test_a_maintenance_before_its_end_is_told() -> None:
    soon = replace(BUSY, maintenance=Maintenance(NOW + HOUR, NOW + 9 * HOUR))
    assert "A maintenance begins at" in told(soon, hours=2)
    assert "maintenance" not in told(soon, hours=0.5)


def test_a_reservation_matters_if_it_leaves_too_few_nodes() -> None:
    def reserving(nodes: int | None) -> Activity:
        return replace(BUSY, reservations=(Reservation("training", NOW + HOUR, NOW + 2 * HOUR, nodes),))

    assert "The reservation 'training' begins" in told(reserving(8), nodes=4, hours=2)
    assert "The reservation 'training' begins" in told(reserving(None), nodes=4, hours=2)
    assert "training" not in told(reserving(4), nodes=4, hours=2)
