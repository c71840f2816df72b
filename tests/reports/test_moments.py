"""When a job came to what it is, as figures: as far as it was seen, and no further."""

from datetime import UTC, datetime, timedelta
from typing import Any

from alcf_mcp.activity.queue_place import QueuePlace
from alcf_mcp.activity.start_range import StartRange
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.facility.weather import Outlook
from alcf_mcp.iri.models import Job, JobSpec, Resource
from alcf_mcp.journal import SubmittedEnsemble, SubmittedJob, SubmittedProgram
from alcf_mcp.reports.moments import Moments

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SPEC = JobSpec.model_validate({"attributes": {"duration": 600}})
MACHINE = Resource.model_validate({"id": "p", "name": "Polaris"})


def job(state: str, **seen: Any) -> KnownJob:
    record = SubmittedJob(
        job_id="1.p", resource_id="p", resource="Polaris", submitted_at=NOON, spec=SPEC, **seen
    )
    return KnownJob(MACHINE, Job.model_validate({"id": "1.p", "status": {"state": state}}), record)


def minutes(known: KnownJob, seen: Outlook | None = None) -> dict[str, float]:
    """The times that are drawn, in minutes after noon."""
    drawn = Moments.of(known, seen).drawn()
    drawn.pop("walltime")
    return {name: (value - NOON.timestamp()) / 60 for name, value in drawn.items()}


def test_a_waiting_job_was_submitted() -> None:
    assert minutes(job("queued", waiting_at=NOON + MINUTE)) == {"submitted": 0}


def test_a_running_job_left_the_queue_between_two_looks() -> None:
    seen = {"waiting_at": NOON + 3 * MINUTE, "active_from": NOON + 5 * MINUTE, "active_at": NOON + 9 * MINUTE}
    assert minutes(job("active", **seen)) == {"submitted": 0, "waiting": 3, "started": 5}


def test_an_ended_job_ended_between_two_looks() -> None:
    seen = {"active_from": NOON + MINUTE, "active_at": NOON + 8 * MINUTE, "ended_by": NOON + 9 * MINUTE}
    assert minutes(job("completed", **seen)) == {"submitted": 0, "started": 1, "running": 8, "ended": 9}


def test_the_feed_tells_when_a_job_may_start_and_ends_at_the_latest() -> None:
    waits = Outlook(0, "debug", start=StartRange(600, 1200, 1800), now=NOON.timestamp())
    starts = Moments.of(job("queued"), waits).drawn()["starts"]
    assert starts == [NOON.timestamp() + 600, NOON.timestamp() + 1800]
    runs = Outlook(0, "debug", ends_by=(NOON + 20 * MINUTE).timestamp())
    assert minutes(job("active"), runs) == {"submitted": 0, "ends_by": 20}


def test_the_feed_tells_where_a_job_stands() -> None:
    waits = Outlook(0, "debug", QueuePlace(position=3, of=12, ahead=20, node_hours_ahead=400.0))
    assert Moments.of(job("queued"), waits).drawn()["place"] == [3, 12, 20]


def test_of_a_job_from_elsewhere_only_the_feed_tells() -> None:
    known = KnownJob(MACHINE, Job.model_validate({"id": "1.p", "status": {"state": "active"}}))
    assert Moments.of(known).drawn() == {}
    runs = Outlook(0, "debug", ends_by=NOON.timestamp())
    assert Moments.of(known, runs).drawn() == {"ends_by": NOON.timestamp()}


def test_an_ensemble_has_its_number_of_members() -> None:
    program = SubmittedProgram(ensemble=SubmittedEnsemble(parameters="", size=8, directory="/eagle/P/e"))
    assert Moments.of(job("queued", program=program)).drawn()["members"] == 8


def test_a_job_is_no_other_because_its_outlook_was_reckoned_anew() -> None:
    looks = [Outlook(0, "debug", start=StartRange(1, 2, 3), now=now) for now in (1.0, 2.0)]
    first, second = (Moments.of(job("queued"), look) for look in looks)
    assert first == second
    assert first != Moments.of(job("active", active_from=NOON))
