"""Exit codes, states and times are explained in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alcf_mcp.facility.jobs.diagnosis import exit_meaning, likely_cause, look_again_in, status_in_words
from alcf_mcp.facility.jobs.known import KnownJob
from alcf_mcp.iri.models import Job, JobAttributes, JobSpec, Resource
from alcf_mcp.journal import SubmittedJob

POLARIS = Resource(id="p", name="Polaris", resource_type="compute")
NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def job(state: str, exit_code: int | None = None, **known: Any) -> KnownJob:
    """A job of an hour, submitted at noon."""
    told = Job.model_validate({"id": "1", "status": {"state": state, "exit_code": exit_code}})
    record = SubmittedJob(
        job_id="1",
        resource_id="p",
        resource="Polaris",
        submitted_at=NOON,
        spec=JobSpec(attributes=JobAttributes(duration=3600)),
        **known,
    )
    return KnownJob(POLARIS, told, record)


def foreign(state: str, exit_code: int | None = None, **known: Any) -> KnownJob:
    """A job that was not submitted from here."""
    return replace(job(state, exit_code), record=None, **known)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0, "success"),
        (1, "the job itself reports"),
        (127, "not found"),
        (137, "signal 9 (kill"),
        (139, "segmentation fault"),
        (143, "signal 15 (termination)"),
        (271, "ended by PBS with signal 15"),
        (-29, "walltime"),
        (-99, "PBS reports"),
        (200, "the job itself reports"),
    ],
)
def test_what_an_exit_code_says(code: int, said: str) -> None:
    assert said in exit_meaning(code)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (foreign("active"), "running"),
        (foreign("queued"), "queued"),
        (foreign("completed", 0), "completed, exit code 0 (success)"),
        (foreign("completed"), "completed"),
        (foreign("completed", 271, canceled_here=True), "canceled"),
        (
            foreign("completed", 1, canceled_here=True),
            "canceled, exit code 1 (an error that the job itself reports)",
        ),
        (foreign("completed", 0, canceled_here=True), "completed, exit code 0 (success)"),
        (foreign("failed", 0), "failed, although its exit code is 0"),
        (foreign("canceled", 0), "canceled, although its exit code is 0"),
        (job("suspended"), "suspended"),
        (job("exiting"), "exiting"),
        (job(""), "unknown"),
        (foreign("finished", 0), "finished, exit code 0 (success)"),
        (foreign("exited", 127), "exited, exit code 127 (a command was not found)"),
        (foreign("active", forgotten=True), "not known to the facility now; last seen running"),
        (
            replace(job("active", active_from=NOON, active_at=NOON + 4 * MINUTE), out_of_sight=True),
            "last seen running at 2026-08-01 12:04 UTC",
        ),
        (replace(job("queued", waiting_at=NOON), out_of_sight=True), "last seen queued"),
        (job("queued"), "queued for 10 min"),
        (job("held"), "held for 10 min"),
        (job("active"), "running (at most 1 h)"),
        (
            job("active", active_from=NOON + 4 * MINUTE, waiting_at=NOON + 4 * MINUTE),
            "running for 6 min (at most 1 h)",
        ),
        (job("active", active_from=NOON + 4 * MINUTE), "running for 6 min to 10 min (at most 1 h)"),
        (
            job("completed", 271, active_from=NOON, active_at=NOON + 59 * MINUTE),
            "failed, exit code 271 (PBS ended it: its walltime was used up)",
        ),
        (
            job("completed", 271, ended_by=NOON + 300 * MINUTE),
            "failed, exit code 271 (ended by PBS with signal 15 (termination))",
        ),
    ],
)
def test_how_a_job_is_in_words(seen: KnownJob, said: str) -> None:
    assert status_in_words(seen, now=NOON + 10 * MINUTE) == said


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (foreign("active"), None),
        (foreign("completed", 0), True),
        (foreign("completed", 1), False),
        (foreign("completed"), None),
        (foreign("failed"), False),
        (foreign("failed", 0), False),
        (foreign("suspended"), None),
        (foreign("finished", 0), True),
        (foreign("finished", 1), False),
        (foreign("canceled", 0), False),
        (foreign("completed", 271, canceled_here=True), False),
    ],
)
def test_completed_is_not_yet_success(seen: KnownJob, verdict: bool | None) -> None:
    assert seen.succeeded is verdict


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (foreign("completed", -29), "It used up its walltime of 1 h"),
        (
            job("completed", 271, active_from=NOON, active_at=NOON + 59 * MINUTE),
            "It used up its walltime of 1 h",
        ),
        (foreign("completed", 271), "It was canceled, or its walltime"),
        (foreign("failed", -1), "It never ran"),
        (foreign("completed", 137), "memory"),
        (foreign("completed", 127), "module"),
    ],
)
def test_what_an_end_suggests(seen: KnownJob, said: str) -> None:
    told = replace(seen, record=job("x").record) if seen.record is None else seen
    assert said in (likely_cause(told) or "")


def test_nothing_is_guessed_of_what_ended_well_or_was_canceled() -> None:
    assert likely_cause(foreign("completed", 0)) is None
    assert likely_cause(foreign("completed", 1)) is None
    assert likely_cause(foreign("completed", 271, canceled_here=True)) is None


def test_the_longer_it_will_take_the_later_it_is_worth_to_look_again() -> None:
    assert look_again_in(foreign("queued")) == 60
    assert look_again_in(job("queued"), now=NOON + 20 * MINUTE) == 600
    assert look_again_in(job("queued"), now=NOON + 600 * MINUTE) == 900
    running = job("active", active_from=NOON)
    assert look_again_in(running, now=NOON + 20 * MINUTE) == 600
    assert look_again_in(running, now=NOON + 59 * MINUTE) == 30
