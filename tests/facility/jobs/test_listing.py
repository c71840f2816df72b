"""How jobs are shown that the facility's list lacks, depending on what it says about each one."""

from datetime import timedelta
from typing import Any

import anyio
import pytest

from alcf_mcp.facility.jobs import history as job_records
from alcf_mcp.facility.jobs import listing as jobs
from alcf_mcp.journal import Journal
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Assistant, record_of

JOB: dict[str, Any] = {
    "resource": "polaris",
    "account": "LocalDemo",
    "queue": "prod",
    "walltime": "5m",
    "directory": "/eagle/LocalDemo",
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SECOND_LOOK", 0.05)


@pytest.fixture
async def running(assistant: Assistant) -> str:
    """A running job."""
    job_id = str((await assistant.do("submit_job", **JOB, script="sleep 60"))["job_id"])
    await assistant.do("wait_for_job", job_id=job_id, until="started")
    return job_id


def answer_looks(local: LocalFacility, status: int, detail: str, *, times: int | None = None) -> None:
    """Make lists empty, and make polls of a job return this error."""
    local.faults.add(Fault(method="POST", path="/compute/status/", status=200, body=[], times=None))
    body = {"detail": detail}
    local.faults.add(Fault(method="GET", path="/compute/status/", status=status, body=body, times=times))


@pytest.mark.parametrize(
    ("status", "detail"),
    [
        (400, "Job {} not found."),
        (404, "Job not found"),
        (404, "No job {} on this machine"),
        (500, "qstat: Unknown Job Id {}"),
        (500, "[]"),
    ],
)
async def test_a_job_is_unknown_where_the_facility_says_so_of_the_job(
    local: LocalFacility, assistant: Assistant, running: str, status: int, detail: str
) -> None:
    answer_looks(local, status, detail.format(running))
    (listed,) = (await assistant.do("list_jobs"))["jobs"]
    assert listed["state"] == (await assistant.do("get_job", job_id=running))["state"] == "unknown"


@pytest.mark.parametrize(
    ("status", "detail"),
    [
        (400, "Account of ada not found."),
        (403, "Account of ada not found"),
        (404, "Not Found"),
        (404, "no such route: /compute/job"),
        (404, "'polaris' not found."),
        (500, "qstat: command not found"),
        (500, "job script: command not found"),
    ],
)
async def test_no_other_refusal_makes_a_running_job_unknown(
    local: LocalFacility, assistant: Assistant, running: str, status: int, detail: str
) -> None:
    answer_looks(local, status, detail)
    (listed,) = (await assistant.do("list_jobs"))["jobs"]
    assert (listed["state"], listed["status"][:17]) == ("active", "last seen running")
    answered = await assistant.call("get_job", job_id=running)
    assert answered.error["detail"] == detail


async def test_a_list_looks_twice_before_it_calls_a_job_unknown(
    local: LocalFacility, assistant: Assistant, running: str
) -> None:
    answer_looks(local, 400, f"Job {running} not found.", times=1)
    assert (await assistant.do("list_jobs"))["summary"] == "1 job: 1 running"


async def test_a_job_that_cant_be_looked_at_is_told_as_it_was_last_seen(
    local: LocalFacility,
    assistant: Assistant,
    running: str,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(job_records, "SEEN_AGAIN", timedelta(0))
    await journal.store.run(
        lambda db: db.execute("UPDATE jobs SET active_at = ?", ("2026-08-01T12:04:05+00:00",))
    )
    seen = await record_of(journal, running)
    answer_looks(local, 401, "")
    listed = await assistant.do("list_jobs")
    assert listed["summary"] == "1 job: 1 last seen running"
    assert listed["jobs"][0]["status"] == "last seen running at 2026-08-01 12:04 UTC"
    assert await record_of(journal, running) == seen, "it was not seen now"


async def test_jobs_beyond_those_that_are_looked_at_are_told_as_they_were_last_seen(
    local: LocalFacility, assistant: Assistant, running: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_SINGLE_LOOKS", 1)
    other = str((await assistant.do("submit_job", **JOB, script="sleep 60"))["job_id"])
    await assistant.do("wait_for_job", job_id=other, until="started")
    local.faults.add(Fault(method="POST", path="/compute/status/", status=200, body=[], times=None))
    listed = await assistant.do("list_jobs")
    assert listed["summary"] == "2 jobs: 1 running, 1 last seen running"
    assert {job["status"][:9] for job in listed["jobs"]} == {"running f", "last seen"}


async def test_jobs_that_are_unknown_can_be_asked_for(
    local: LocalFacility, assistant: Assistant, running: str
) -> None:
    assert (await assistant.do("list_jobs", state="unknown"))["jobs"] == []
    answer_looks(local, 400, f"Job {running} not found.")
    assert [job["job_id"] for job in (await assistant.do("list_jobs", state="unknown"))["jobs"]] == [running]
    assert (await assistant.do("list_jobs", state="running"))["jobs"] == []


async def ended(assistant: Assistant, journal: Journal) -> str:
    """A job whose end was seen, but not reported to the user."""
    job_id = str((await assistant.do("submit_job", **JOB, script="true"))["job_id"])
    with anyio.fail_after(10):
        while not ((record := await record_of(journal, job_id)) and record.ended_by):
            await assistant.do("list_jobs", state="running")
    return job_id


async def listed(assistant: Assistant, **arguments: Any) -> list[str]:
    return [job["job_id"] for job in (await assistant.do("list_jobs", **arguments))["jobs"]]


async def test_ends_that_a_list_left_out_are_not_taken_for_told(
    assistant: Assistant, journal: Journal
) -> None:
    first = await ended(assistant, journal)
    second = await ended(assistant, journal)
    assert await listed(assistant, offset=50) == []
    assert await listed(assistant, offset=1) == [first]
    assert await listed(assistant) == [second]
    assert await listed(assistant) == []


@pytest.mark.parametrize("tool", ["get_job", "wait_for_job"])
async def test_an_end_is_told_once_its_answer_is_made(
    local: LocalFacility, assistant: Assistant, journal: Journal, tool: str
) -> None:
    job_id = await ended(assistant, journal)
    local.faults.add(Fault(path="/filesystem/", delay=30))
    with anyio.move_on_after(0.5) as given_up:
        await assistant.do(tool, job_id=job_id)
    assert given_up.cancelled_caught
    assert await listed(assistant) == [job_id]


async def test_a_number_that_two_machines_have_is_not_guessed(assistant: Assistant, journal: Journal) -> None:
    polaris = (await assistant.do("submit_job", **JOB, script="date"))["job_id"]
    record = await record_of(journal, polaris)
    assert record is not None
    number = polaris.partition(".")[0]
    other = record.model_copy(
        update={"job_id": f"{number}.crux-pbs-01", "resource_id": "x", "resource": "Crux"}
    )
    await journal.jobs.record(other)
    answered = await assistant.call("cancel_job", job_id=number)
    assert polaris in answered.error["message"]
    assert f"{number}.crux-pbs-01" in answered.error["message"]
    assert answered.error["next_step"].startswith("Give the full id")
    assert (await assistant.do("get_job", job_id=number, resource="polaris"))["job_id"] == polaris
    assert (await assistant.do("get_job", job_id=polaris))["job_id"] == polaris
