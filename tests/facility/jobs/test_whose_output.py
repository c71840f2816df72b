"""What is in a job's output file is not shown as the job's own where it may be another's."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alcf_mcp.facility.jobs.whose_output import CLOCKS_APART, WRITTEN_LATE, doubt
from alcf_mcp.iri.models import File, JobSpec
from alcf_mcp.journal import SubmittedJob
from alcf_mcp.local import LocalFacility
from tests.conftest import Assistant

OUT = "/eagle/LocalDemo/out.txt"
JOB: dict[str, Any] = {
    "resource": "polaris",
    "account": "LocalDemo",
    "queue": "debug",
    "walltime": "5m",
    "directory": "/eagle/LocalDemo",
    "stdout_path": OUT,
}

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def job(id: str, submitted_at: datetime, **seen: Any) -> SubmittedJob:
    return SubmittedJob(
        job_id=id, resource_id="p", resource="Polaris", submitted_at=submitted_at, spec=JobSpec(), **seen
    )


def file(modified: datetime, *, zone: bool = True) -> File:
    told = modified if zone else modified.replace(tzinfo=None)
    return File.model_validate({"name": "out.txt", "last_modified": told.isoformat()})


OURS = job("1.p", NOON, waiting_at=NOON + 10 * MINUTE, ended_by=NOON + HOUR)
"""It was submitted at noon, began after ten past, and had ended at one."""


@pytest.mark.parametrize(
    ("modified", "said"),
    [
        (NOON - HOUR, "before job 1.p began"),
        (NOON + 10 * MINUTE - CLOCKS_APART - MINUTE, "before job 1.p began"),
        (NOON + 10 * MINUTE - CLOCKS_APART, ""),
        (NOON + 30 * MINUTE, ""),
        (NOON + HOUR + WRITTEN_LATE, ""),
        (NOON + HOUR + WRITTEN_LATE + MINUTE, "well after job 1.p ended"),
    ],
)
def test_a_files_time_speaks_for_or_against_it(modified: datetime, said: str) -> None:
    told = doubt(OURS, OUT, file(modified), [])
    assert said in told
    assert bool(told) is bool(said)


@pytest.mark.parametrize("hours", [-13, 0, 14])
def test_a_time_without_a_zone_may_be_half_a_day_off(hours: int) -> None:
    assert doubt(OURS, OUT, file(NOON + 30 * MINUTE + hours * HOUR, zone=False), []) == ""
    assert "before" in doubt(OURS, OUT, file(NOON - 24 * HOUR, zone=False), [])


LATER = job("2.p", NOON + 2 * HOUR)


@pytest.mark.parametrize(
    ("modified", "later", "said"),
    [
        (None, LATER, True),
        (NOON + 3 * HOUR, LATER, True),
        (NOON + 30 * MINUTE, LATER, False),
        (NOON + 3 * HOUR, LATER.model_copy(update={"waiting_at": NOON + 4 * HOUR}), False),
    ],
)
def test_a_later_job_counts_if_it_may_have_written(
    modified: datetime | None, later: SubmittedJob, said: bool
) -> None:
    still_runs = OURS.model_copy(update={"ended_by": None})
    told = doubt(still_runs, OUT, file(modified) if modified else None, [later])
    assert ("Job 2.p, submitted later, writes to" in told) is said


async def finished(assistant: Assistant, script: str, **changes: Any) -> str:
    job_id = (await assistant.do("submit_job", **JOB | changes, script=script))["job_id"]
    await assistant.do("wait_for_job", job_id=job_id)
    return str(job_id)


async def test_the_output_of_a_later_job_is_told_as_such(assistant: Assistant) -> None:
    first = await finished(assistant, "echo first")
    second = await finished(assistant, "echo second")
    note = f"Job {second}, submitted later, writes to {OUT} as well: this may be its output."
    output = await assistant.call("get_job_output", job_id=first, stream="stdout")
    assert output.text.index(note) < output.text.index("second")
    report = await assistant.call("get_job", job_id=first)
    assert report.facts["output_note"] == note
    assert note in report.text
    own = await assistant.call("get_job", job_id=second)
    assert "output_note" not in own.facts
    assert "submitted later" not in (await assistant.call("get_job_output", job_id=second)).text


async def test_what_was_there_before_the_job_is_told_as_such(
    local: LocalFacility, assistant: Assistant
) -> None:
    place = local.tree.locate(OUT)
    place.write_text("of last week\n")
    last_week = (datetime.now(UTC) - timedelta(days=7)).timestamp()
    os.utime(place, (last_week, last_week))
    job_id = (await assistant.do("submit_job", **JOB, script="true", name="held"))["job_id"]
    answered = await assistant.call("get_job_output", job_id=job_id, stream="stdout")
    assert f"before job {job_id} began: it is not this job's output." in answered.text


async def test_what_was_written_long_after_the_job_is_told_as_such(
    local: LocalFacility, assistant: Assistant
) -> None:
    job_id = await finished(assistant, "echo first")
    local.tree.locate(OUT).write_text("")
    soon = (datetime.now(UTC) + HOUR).timestamp()
    os.utime(local.tree.locate(OUT), (soon, soon))
    answered = await assistant.call("get_job_output", job_id=job_id, stream="stdout")
    assert f"well after job {job_id} ended: something else may have written to it." in answered.text


async def test_a_file_that_is_named_after_the_job_is_its_own(
    local: LocalFacility, assistant: Assistant
) -> None:
    job_id = await finished(assistant, "echo first", stdout_path="/eagle/LocalDemo")
    soon = (datetime.now(UTC) + HOUR).timestamp()
    os.utime(local.tree.locate(f"/eagle/LocalDemo/{job_id}.OU"), (soon, soon))
    answered = await assistant.call("get_job_output", job_id=job_id, stream="stdout")
    assert "first" in answered.text
    assert "written" not in answered.text
