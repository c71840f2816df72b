"""A job that was submitted a moment ago is not given up because the facility does not know it yet."""

from typing import Any

import pytest

from alcf_mcp.facility.jobs import lookup, new_jobs
from alcf_mcp.journal import Journal
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Assistant, Connect

JOB: dict[str, Any] = {
    "resource": "polaris",
    "account": "LocalDemo",
    "queue": "debug",
    "walltime": "5m",
    "directory": "/home/ada",
}

UNKNOWN = [
    (400, "Job {} not found."),
    (404, "Job not found"),
    (500, "qstat: Unknown Job Id {}"),
    (500, "[]"),
]


@pytest.fixture(autouse=True)
def new_for_half_a_minute(local: LocalFacility, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_jobs, "KNOWN_WITHIN", 30.0)
    monkeypatch.setattr(lookup, "LONGEST_PAUSE", 0.1)


async def submit(assistant: Assistant, **changes: Any) -> str:
    return str((await assistant.do("submit_job", **JOB | {"script": "echo hello"} | changes))["job_id"])


def know_nothing_of(
    local: LocalFacility,
    job_id: str,
    *,
    times: int | None,
    status: int = 400,
    detail: str = "Job {} not found.",
) -> None:
    """Make the facility say that often that it does not know a job, and leave the job out of its lists."""
    body = {"detail": detail.format(job_id)}
    local.faults.add(Fault(method="POST", path="/compute/status/", status=200, body=[], times=None))
    local.faults.add(Fault(method="GET", path=f"/{job_id}", status=status, body=body, times=times))


@pytest.mark.parametrize(("status", "detail"), UNKNOWN)
async def test_it_is_waited_for(local: LocalFacility, assistant: Assistant, status: int, detail: str) -> None:
    job_id = await submit(assistant, name="held")
    know_nothing_of(local, job_id, times=6, status=status, detail=detail)
    assert (await assistant.do("get_job", job_id=job_id))["state"] == "held"
    assert any("the facility does not know it yet" in message for message in assistant.progress)


@pytest.mark.parametrize("tool", ["get_job_output", "cancel_job", "update_job"])
async def test_every_tool_waits_for_it(local: LocalFacility, assistant: Assistant, tool: str) -> None:
    job_id = await submit(assistant, name="held")
    know_nothing_of(local, job_id, times=3)
    arguments = {"name": "held-2"} if tool == "update_job" else {}
    answered = await assistant.call(tool, job_id=job_id, **arguments)
    assert not answered.is_error
    assert "not known" not in answered.text
    assert (
        "held" in answered.text or "cancel requested" in answered.text.lower() or "Changed" in answered.text
    )


async def test_waiting_for_its_end_waits_for_it_too(local: LocalFacility, assistant: Assistant) -> None:
    job_id = await submit(assistant)
    know_nothing_of(local, job_id, times=8)
    report = await assistant.do("wait_for_job", job_id=job_id)
    assert (report["state"], report["stdout_end"]) == ("completed", "hello\n")


async def test_a_call_without_the_time_for_that_says_so(local: LocalFacility, connect: Connect) -> None:
    async with connect(timeout=lookup.FOR_THE_REST + 1) as assistant:
        job_id = await submit(assistant)
        know_nothing_of(local, job_id, times=None)
        answered = await assistant.call("get_job", job_id=job_id)
    assert answered.facts["state"] == "new"
    assert "and not known to the facility yet" in answered.facts["status"]
    assert answered.facts["next_step"].startswith("The facility may take half a minute to know a new job.")
    assert f"wait_for_job with job_id={job_id!r}" in answered.text


async def test_a_wait_that_is_shorter_says_so(local: LocalFacility, assistant: Assistant) -> None:
    job_id = await submit(assistant)
    know_nothing_of(local, job_id, times=None)
    report = await assistant.do("wait_for_job", job_id=job_id, timeout_seconds=1)
    assert "and not known to the facility yet" in report["status"]
    assert "may take half a minute" in report["next_step"]


async def test_a_list_concludes_nothing_about_it(local: LocalFacility, assistant: Assistant) -> None:
    job_id = await submit(assistant)
    know_nothing_of(local, job_id, times=None)
    listed = await assistant.call("list_jobs")
    assert [job["job_id"] for job in listed.facts["jobs"]] == [job_id]
    assert "and not known to the facility yet" in listed.text
    assert "not known to the facility now" not in listed.text


async def test_after_half_a_minute_it_is_unknown(
    local: LocalFacility, assistant: Assistant, journal: Journal
) -> None:
    job_id = await submit(assistant)
    await journal.store.run(
        lambda db: db.execute("UPDATE jobs SET submitted_at = datetime('now', '-31 seconds') || '+00:00'")
    )
    know_nothing_of(local, job_id, times=None)
    for tool in ("get_job", "wait_for_job"):
        report = await assistant.do(tool, job_id=job_id)
        assert report["status"].startswith("not known to the facility now")
    assert (await assistant.do("list_jobs"))["jobs"][0]["state"] == "unknown"


async def test_a_job_that_was_not_submitted_from_here_is_not_waited_for(
    local: LocalFacility, assistant: Assistant
) -> None:
    answered = await assistant.call("get_job", job_id="4711", resource="polaris")
    assert answered.error["message"] == "Polaris has no job '4711'"
    assert local.faults.count("GET", "/4711") == 1
