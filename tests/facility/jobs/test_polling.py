"""Many waits share few polls; and jobs that the facility's list lacks are shown all the same."""

from dataclasses import replace
from typing import Any

import anyio
import pytest

from alcf_mcp.facility.jobs import listing as jobs
from alcf_mcp.facility.jobs import polling
from alcf_mcp.journal import Journal
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Assistant, Connect, record_of

HERE = "/eagle/LocalDemo"
JOB: dict[str, Any] = {
    "resource": "polaris",
    "account": "LocalDemo",
    "queue": "prod",
    "walltime": "5m",
    "directory": HERE,
    "script": "sleep 60",
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "FIRST_PAUSE", 0.2)
    monkeypatch.setattr(jobs, "LONGEST_PAUSE", 0.2)


async def submit(assistant: Assistant, script: str = "sleep 60", **changes: Any) -> str:
    return str((await assistant.do("submit_job", **JOB | {"script": script} | changes))["job_id"])


async def seen_ended(assistant: Assistant, journal: Journal, job_id: str) -> None:
    """List other jobs until the end of this one has been seen."""
    with anyio.fail_after(10):
        while not ((record := await record_of(journal, job_id)) and record.ended_by):
            await assistant.do("list_jobs", state="running")


async def test_many_waits_for_one_job_look_once(local: LocalFacility, assistant: Assistant) -> None:
    job_id = await submit(assistant)
    local.faults.requests.clear()
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(lambda: assistant.do("wait_for_job", job_id=job_id, timeout_seconds=1))
    looks = local.faults.count("GET", f"/compute/status/.*/{job_id}")
    assert looks <= 3 + 3, "three to find it, and one a second for all three"


async def test_waits_for_many_jobs_of_a_machine_share_its_list(
    local: LocalFacility, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "FRESH_SECONDS", 0.15)
    ids = [await submit(assistant) for _ in range(6)]
    local.faults.requests.clear()

    async def wait(id: str) -> None:
        await assistant.do("wait_for_job", job_id=id, timeout_seconds=1)

    async with anyio.create_task_group() as group:
        for id in ids:
            group.start_soon(wait, id)
    singly = local.faults.count("GET", "/compute/status/")
    lists = local.faults.count("POST", "/compute/status/")
    assert lists >= 2
    assert singly <= 2 * len(ids), f"{singly} single polls, {lists} lists"


async def test_a_job_that_ends_while_a_list_serves_is_seen_to_end(assistant: Assistant) -> None:
    ids = [await submit(assistant, "sleep 0.5") for _ in range(5)]
    ended: list[bool] = []

    async def wait(id: str) -> None:
        ended.append((await assistant.do("wait_for_job", job_id=id, timeout_seconds=20))["succeeded"])

    async with anyio.create_task_group() as group:
        for id in ids:
            group.start_soon(wait, id)
    assert ended == [True] * 5


async def test_a_job_that_the_facility_forgot_is_not_called_running(
    local: LocalFacility, assistant: Assistant
) -> None:
    job_id = await submit(assistant)
    await assistant.do("wait_for_job", job_id=job_id, until="started")
    unknown = Fault(
        path=f"/compute/status/.*/{job_id}", status=400, body={"detail": f"Job {job_id} not found."}
    )
    local.faults.add(Fault(path=f"/compute/status/.*/{job_id}", delay=0))
    local.faults.add(replace(unknown, times=None))
    report = await assistant.do("wait_for_job", job_id=job_id)
    assert report["status"] == "not known to the facility now; last seen running"
    assert (await assistant.do("get_job", job_id=job_id))["status"] == report["status"]


async def test_a_list_does_not_call_running_what_the_facility_forgot(
    local: LocalFacility, assistant: Assistant
) -> None:
    job_id = await submit(assistant)
    await assistant.do("wait_for_job", job_id=job_id, until="started")
    unknown = {"detail": f"Job {job_id} not found."}
    local.faults.add(Fault(method="POST", path="/compute/status/", status=200, body=[], times=None))
    local.faults.add(Fault(path=f"/compute/status/.*/{job_id}", status=400, body=unknown, times=None))
    listed = await assistant.do("list_jobs")
    assert listed["summary"] == "1 job: 1 not known to the facility now"
    assert listed["jobs"][0]["state"] == "unknown"
    assert listed["jobs"][0]["status"] == "not known to the facility now; last seen running"
    assert (await assistant.do("list_jobs", state="running"))["jobs"] == []


async def test_a_new_job_that_the_list_leaves_out_is_shown(
    local: LocalFacility, assistant: Assistant
) -> None:
    job_id = await submit(assistant, name="new")
    local.faults.add(Fault(method="POST", path="/compute/status/", status=200, body=[], times=None))
    listed = await assistant.do("list_jobs")
    assert [job["job_id"] for job in listed["jobs"]] == [job_id]


async def test_what_ended_since_the_last_look_is_told_once(assistant: Assistant) -> None:
    job_id = await submit(assistant, "true", name="quick")
    with anyio.fail_after(10):
        while not (listed := await assistant.do("list_jobs"))["summary"].endswith("1 ended"):  # noqa: ASYNC110
            await anyio.sleep(0.05)
    assert [job["job_id"] for job in listed["jobs"]] == [job_id]
    assert (await assistant.do("list_jobs"))["jobs"] == []
    assert (await assistant.do("list_jobs", include_finished=True))["total"] == 1


async def test_an_end_that_was_seen_but_not_told_is_told_by_the_next_list(
    assistant: Assistant, journal: Journal
) -> None:
    job_id = await submit(assistant, "true")
    await seen_ended(assistant, journal, job_id)
    assert [job["job_id"] for job in (await assistant.do("list_jobs"))["jobs"]] == [job_id]
    assert (await assistant.do("list_jobs"))["jobs"] == []


@pytest.mark.parametrize("tool", ["get_job", "wait_for_job", "get_job_output"])
async def test_an_end_that_was_told_of_one_job_is_not_told_again(
    assistant: Assistant, journal: Journal, tool: str
) -> None:
    job_id = await submit(assistant, "true")
    await seen_ended(assistant, journal, job_id)
    assert "completed" in (await assistant.call(tool, job_id=job_id)).text
    assert (await assistant.do("list_jobs"))["jobs"] == []


async def test_ends_are_told_once_the_list_was_shown_to_its_end(
    assistant: Assistant, journal: Journal
) -> None:
    ids = {await submit(assistant, "true") for _ in range(3)}
    for job_id in ids:
        await seen_ended(assistant, journal, job_id)
    first = await assistant.do("list_jobs", limit=2)
    assert first["next_step"].startswith("1 more: call again with offset=2")
    rest = await assistant.do("list_jobs", limit=2, offset=2)
    assert {job["job_id"] for job in (*first["jobs"], *rest["jobs"])} == ids
    assert (await assistant.do("list_jobs"))["jobs"] == []


async def test_times_are_told_as_they_were_seen(assistant: Assistant, journal: Journal) -> None:
    job_id = await submit(assistant)
    await assistant.do("wait_for_job", job_id=job_id, until="started")
    assert "running for" in (await assistant.do("get_job", job_id=job_id))["status"]
    record = await record_of(journal, job_id)
    assert record is not None
    assert record.active_from is not None
    assert record.ended_by is None


async def test_a_canceled_job_is_called_canceled(connect: Connect) -> None:
    async with connect(confirm="off") as assistant:
        job_id = await submit(assistant)
        await assistant.do("wait_for_job", job_id=job_id, until="started")
        await assistant.do("cancel_job", job_id=job_id)
        report = await assistant.do("wait_for_job", job_id=job_id)
        assert (report["state"], report["status"]) == ("canceled", "canceled")
        listed = await assistant.do("list_jobs", state="canceled")
        assert listed["summary"] == "1 job: none waiting or running; 1 ended, 1 of them canceled"


async def test_a_moment_in_which_a_job_is_not_known_is_borne(
    local: LocalFacility, assistant: Assistant
) -> None:
    job_id = await submit(assistant, "sleep 1")
    path = f"/compute/status/.*/{job_id}"
    local.faults.add(Fault(path=path, delay=0))
    local.faults.add(Fault(path=path, status=500, body={"detail": "[]"}, times=2))
    assert (await assistant.do("wait_for_job", job_id=job_id))["state"] == "completed"


async def test_a_job_that_is_not_known_for_a_moment_can_be_canceled_all_the_same(
    local: LocalFacility, connect: Connect
) -> None:
    async with connect(confirm="off") as assistant:
        job_id = await submit(assistant)
        await assistant.do("wait_for_job", job_id=job_id, until="started")
        unknown = {"detail": f"Job {job_id} not found."}
        local.faults.add(Fault(method="GET", path=f"/compute/status/.*/{job_id}", status=400, body=unknown))
        assert (await assistant.do("cancel_job", job_id=job_id))["done"] == "cancel requested"


async def test_a_job_is_not_looked_for_on_another_machine_than_its_own(assistant: Assistant) -> None:
    job_id = await submit(assistant)
    answered = await assistant.call("get_job", job_id=job_id, resource="crux")
    assert f"Job {job_id} is on Polaris, not on crux" in answered.error["message"]


async def test_a_job_that_ended_with_an_error_has_failed(assistant: Assistant) -> None:
    failed = await submit(assistant, "exit 3")
    await assistant.do("wait_for_job", job_id=failed)
    assert (await assistant.do("list_jobs", state="failed"))["jobs"][0]["job_id"] == failed
    assert (await assistant.do("list_jobs", state="completed"))["jobs"] == []


async def test_what_runs_is_shown_whenever_it_was_submitted(assistant: Assistant, journal: Journal) -> None:
    job_id = await submit(assistant)
    record = await record_of(journal, job_id)
    assert record is not None
    await journal.store.run(
        lambda db: db.execute("UPDATE jobs SET submitted_at = '2020-01-01T00:00:00+00:00'")
    )
    assert (await assistant.do("list_jobs", since="1h"))["total"] == 1
    assert (await assistant.do("list_jobs", since="90 days"))["total"] == 1
