"""What the feed tells shows where the user asks, and what it does not tell fails nothing."""

from typing import Any

import pytest

from alcf_mcp.facility.jobs import new_jobs
from alcf_mcp.local import Fault, LocalFacility
from alcf_mcp.local.catalog import POLARIS
from tests.conftest import Assistant, Connect

FEED = "/polaris/activity.json"
REFUSED = Fault(status=403, body="error code: 1010", times=None)


def job(directory: str, **changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "resource": "polaris",
        "script": "sleep 60",
        "account": "LocalDemo",
        "queue": "prod",
        "nodes": 8,
        "walltime": "20m",
        "directory": directory,
    }
    return usual | changes


@pytest.fixture
async def running(assistant: Assistant, directory: str) -> str:
    """A job that has the whole machine."""
    job_id = (await assistant.do("submit_job", **job(directory)))["job_id"]
    await assistant.do("wait_for_job", job_id=job_id, until="started")
    return str(job_id)


async def waiting(assistant: Assistant, directory: str, **changes: Any) -> str:
    return str((await assistant.do("submit_job", **job(directory, **changes)))["job_id"])


async def test_a_waiting_job_has_a_place_and_a_start_range(
    assistant: Assistant, directory: str, running: str
) -> None:
    first = await waiting(assistant, directory)
    second = await waiting(assistant, directory, nodes=4)
    report = await assistant.call("get_job", job_id=second)
    assert report.facts["outlook"].startswith(
        "Number 2 of 2 in prod; 1 job and 3 node hours ahead on the machine; may start "
    )
    assert report.facts["outlook"] in report.text
    listed = await assistant.call("list_jobs")
    starts = {one["job_id"]: one.get("starts") for one in listed.facts["jobs"]}
    assert starts.keys() == {running, first, second}
    assert starts[running] is None
    assert "min" in starts[first]
    assert f"may start {starts[second]}" in listed.text


async def test_a_running_job_tells_its_nodes_and_its_latest_end(assistant: Assistant, running: str) -> None:
    facts = await assistant.do("get_job", job_id=running)
    assert facts["runs_on"] == list(POLARIS.nodes)
    assert facts["ends_by"]
    assert "ends by" in facts["outlook"]


async def test_before_a_submission_the_range_and_what_would_fit_are_told(
    assistant: Assistant, directory: str
) -> None:
    await waiting(assistant, directory, nodes=6)
    preview = await assistant.do("submit_job", **job(directory, nodes=4), dry_run=True)
    notes = "\n".join(preview["notes"])
    assert "In prod, it may start " in notes
    assert "2 nodes for 20 min fit a gap now." in notes


async def test_machines_tell_their_nodes_and_queues(
    assistant: Assistant, directory: str, running: str
) -> None:
    await waiting(assistant, directory)
    listed = await assistant.call("list_resources", name="polaris")
    (polaris,) = listed.facts["resources"]
    assert polaris["activity"].startswith(
        "8 nodes in use, 0 free, 0 down; 1 job running, 1 queued (prod 1/1)"
    )
    assert polaris["activity"] in listed.text
    shown = await assistant.call("get_resource", resource="polaris")
    assert shown.facts["now"]["queues"] == [
        {"queue": "prod", "running": 1, "running_nodes": 8, "queued": 1, "queued_nodes": 8}
    ]
    assert "prod: 1 running on 8 nodes, 1 queued for 8 nodes" in shown.text


async def test_a_planned_maintenance_shows_with_its_times(assistant: Assistant) -> None:
    (polaris,) = (await assistant.do("list_resources", name="polaris"))["resources"]
    assert "reservation 'Planned maintenance' (8 nodes) from " in polaris["activity"]


async def test_filesystems_have_no_weather(assistant: Assistant) -> None:
    listed = await assistant.do("list_resources", resource_type="storage")
    assert all("activity" not in one for one in listed["resources"])
    assert "not known" not in listed["note"].replace("unknown", "")


async def test_without_the_feed_every_answer_is_whole_and_says_why_once(
    local: LocalFacility, assistant: Assistant, directory: str
) -> None:
    local.feed_faults.add(REFUSED)
    job_id = await waiting(assistant, directory)
    assert (await assistant.do("get_job", job_id=job_id))["state"] in ("queued", "active")
    assert (await assistant.do("list_jobs"))["total"] == 1
    listed = await assistant.call("list_resources", resource_type="compute")
    assert listed.text.count("error code: 1010") == 1
    assert "error code: 1010" in (await assistant.call("get_resource", resource="polaris")).text


async def test_a_job_that_the_api_does_not_know_yet_is_found_in_the_feed(
    local: LocalFacility, assistant: Assistant, directory: str, running: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_jobs, "KNOWN_WITHIN", 30.0)
    job_id = await waiting(assistant, directory)
    local.faults.add(Fault(method="POST", path="/compute/status/", status=200, body=[], times=None))
    unknown = {"detail": f"Job {job_id} not found."}
    local.faults.add(Fault(method="GET", path=f"/{job_id}", status=400, body=unknown, times=None))
    listed = {job["job_id"]: job for job in (await assistant.do("list_jobs"))["jobs"]}
    assert "not known to the facility yet; its machine shows it queued" in listed[job_id]["status"]
    assert "min" in listed[job_id]["starts"]


async def test_the_machine_is_a_resource_too(assistant: Assistant) -> None:
    (content,) = (await assistant.client.read_resource("alcf://machines/crux")).contents
    assert '"nodes_free":4' in content.text  # type: ignore[union-attr]


async def test_nothing_is_asked_where_there_is_no_feed(
    local: LocalFacility, connect: Connect, directory: str
) -> None:
    before = local.feed_faults.count("GET", FEED)
    async with connect(activity_url="") as assistant:
        await assistant.do("list_resources")
        await waiting(assistant, directory, nodes=1)
    assert local.feed_faults.count("GET", FEED) == before
