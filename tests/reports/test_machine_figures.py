"""What a machine is doing, as views draw it."""

from alcf_mcp.activity.models import Activity, ActivityJob, Maintenance, Reservation
from alcf_mcp.facility.alcf.queues import table_of
from alcf_mcp.reports.machine_figures import machine_figures

NOW = 1_795_000_000.0


def job(number: int, queue: str = "debug", **more: float | bool) -> ActivityJob:
    return ActivityJob(number, queue, "P", 1, 3600, **more)  # type: ignore[arg-type]


def test_waits_are_those_of_jobs_that_run_and_the_longest_of_those_that_wait() -> None:
    running = [
        job(n, submitted=NOW - 5000, started=NOW - 5000 + waited) for n, waited in enumerate((9, 90, 900))
    ]
    queued = [
        job(7, submitted=NOW - 60),
        job(8, submitted=NOW - 600),
        job(9, submitted=NOW - 9999, held=True),
    ]
    drawn = machine_figures(Activity("m", NOW, tuple(running), tuple(queued)))
    assert drawn["queues"] == {"debug": {"waited": 90, "longest_wait": 600, "held": 1}}


def test_times_that_the_feed_does_not_tell_are_no_waits() -> None:
    running = (job(1, started=NOW - 5), job(2, submitted=NOW + 60, started=NOW))
    drawn = machine_figures(Activity("m", NOW, running, (job(3),)))
    assert drawn["queues"] == {"debug": {"waited": 0}}


def test_a_queue_has_its_limits_and_the_one_that_it_is_reached_by() -> None:
    queues = machine_figures(Activity("polaris", NOW), table_of("polaris"))["queues"]
    assert queues["debug"] == {"limit_nodes": [1, 2], "limit_walltime": [300, 3600]}
    assert queues["medium"] == {"limit_nodes": [25, 99], "limit_walltime": [300, 21600], "via": "prod"}
    assert "prod" not in queues
    assert queues["capacity"]["limit_jobs"] == 2


def test_what_is_ahead_has_its_times() -> None:
    reserved = Reservation("workshop", NOW, None, 4)
    drawn = machine_figures(Activity("m", NOW, reservations=(reserved,), maintenance=Maintenance(None, NOW)))
    assert drawn["reservations"] == [{"name": "workshop", "start": NOW, "end": None, "nodes": 4}]
    assert drawn["maintenance"] == {"start": None, "end": NOW}
