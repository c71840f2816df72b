"""The feed that the local facility serves beside its API, as ALCF does on a host of its own."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest

from alcf_mcp.activity.feed import ActivityFeed
from alcf_mcp.activity.models import Activity, Maintenance, Reservation
from alcf_mcp.activity.unknown import NotKnown
from alcf_mcp.local import Fault
from alcf_mcp.local.catalog import POLARIS
from tests.local.conftest import PROJECT, Api
from tests.local.test_serving import served

__all__ = ["served"]  # a fixture

HELD = {"filesystems": "eagle", "Hold_Types": "u"}


async def feed(api: Api, machine: str = "polaris") -> dict[str, Any]:
    async with httpx.AsyncClient(trust_env=False) as anyone:
        answer = await anyone.get(f"{origin(api)}/{machine}/activity.json")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def activity(api: Api, machine: str = "Polaris") -> Activity:
    told = await ActivityFeed(origin(api)).of(machine)
    assert isinstance(told, Activity), told
    return told


def origin(api: Api) -> str:
    return str(api.http.base_url).removesuffix("/api/v1/")


def number(job_id: str) -> int:
    return int(job_id.partition(".")[0])


async def test_a_running_job_in_the_documented_form(served: Api) -> None:
    job_id = await served.submit("sleep 60", nodes=2, name="secret")
    await served.reaches(job_id, "active")
    told = await feed(served)
    (job,) = told["running"]
    assert {name: type(value) for name, value in job.items()} == {
        "jobid": str,
        "nodes": int,
        "project": str,
        "queue": str,
        "mode": str,
        "state": str,
        "location": list,
        "walltime": int,
        "walltimef": str,
        "runtimef": str,
        "submittime": int,
        "starttime": str,
        "color": str,
    }
    assert (job["jobid"], job["nodes"], job["project"], job["queue"]) == (job_id, 2, "LocalDemo", "debug")
    assert (job["state"], job["walltime"], job["walltimef"]) == ("running", 60, "00:01:00")
    assert [told["nodeinfo"][name] for name in job["location"]] == [{"state": "allocated"}] * 2
    assert "secret" not in json.dumps(told)
    assert "ada" not in json.dumps(told)
    await served.facility.end_jobs()


async def test_a_client_reads_what_runs_and_what_waits(served: Api) -> None:
    running = await served.submit("sleep 60", nodes=8, queue="prod")
    await served.reaches(running, "active")
    waiting = await served.submit("true", nodes=1)
    held = await served.submit("true", custom=HELD)
    told = await activity(served)
    (job,) = told.running
    assert (job.number, job.nodes, job.location) == (number(running), 8, POLARIS.nodes)
    assert job.started is not None
    assert abs(time.time() - job.started) < 30
    assert [(job.number, job.held, job.started) for job in told.queued] == [
        (number(waiting), False, None),
        (number(held), True, None),
    ]
    assert told.node_states == {"allocated": 8}
    assert (await activity(served, "Crux")).node_states == {"free": 4}
    await served.facility.end_jobs()


async def test_waiting_jobs_start_in_the_order_that_the_feed_tells(served: Api) -> None:
    first = await served.submit("sleep 60", nodes=8, queue="prod")
    await served.reaches(first, "active")
    ids: dict[int, str] = {}
    for queue, nodes in (("preemptable", 8), ("prod", 8), ("debug", 2), ("debug-scaling", 8), ("prod", 8)):
        job_id = await served.submit("echo $PBS_JOBID >> order", queue=queue, nodes=nodes)
        ids[number(job_id)] = job_id
    foretold = [ids[job.number] for job in (await activity(served)).queued]
    await served.http.delete(f"/compute/cancel/{POLARIS.id}/{first}")
    for job_id in foretold:
        await served.finishes(job_id)
    assert served.place(f"{PROJECT}/order").read_text().split() == foretold


async def test_a_planned_maintenance_is_a_reservation_of_all_nodes(served: Api) -> None:
    (planned,) = (await activity(served)).reservations
    assert planned == Reservation("Planned maintenance", planned.start, planned.start + 8 * 3600, 8)
    assert planned.start > time.time()


async def test_a_current_incident_is_a_notice(served: Api) -> None:
    condition = served.facility.condition
    now = time.time()
    await condition.add_incident("Eagle is slow", ["Polaris"], start=now - 9, status="degraded")
    await condition.add_incident("It was slow", ["Polaris"], start=now - 99, end=now - 9)
    await condition.add_incident("Crux is slow", ["Crux"], start=now - 9)
    assert (await activity(served)).notices == ("Eagle is slow",)


async def test_a_machine_that_is_down_is_in_the_maintenance_that_was_announced(served: Api) -> None:
    start, end = int(time.time()) - 60, int(time.time()) + 600
    condition = served.facility.condition
    incident = await condition.add_incident("Update", ["Polaris"], start=start, end=end, type="planned")
    await condition.set_status("Polaris", "down", incident_id=incident)
    assert await feed(served) == {"maint": True, "start": start, "end": end}
    assert (await activity(served)).maintenance == Maintenance(start, end)
    assert (await activity(served, "Crux")).maintenance is None


async def test_a_machine_that_is_down_without_notice_is_expected_back_after_eight_hours(served: Api) -> None:
    await served.facility.condition.set_status("Polaris", "down")
    told = (await activity(served)).maintenance
    assert told
    assert told.start is not None
    assert told.end == told.start + 8 * 3600


@pytest.mark.parametrize("machine", ["aurora", "Polaris", "eagle"])
async def test_other_names_have_no_feed(served: Api, machine: str) -> None:
    assert (await served.http.get(f"{origin(served)}/{machine}/activity.json")).status_code == 404


async def test_the_feed_has_its_own_faults(served: Api) -> None:
    served.facility.faults.add(Fault(status=503, times=None))
    assert isinstance(await activity(served), Activity)
    served.facility.feed_faults.add(Fault(status=403, body="error code: 1010"))
    assert "1010" in str(await ActivityFeed(origin(served)).of("polaris"))
    served.facility.feed_faults.add(Fault(drop=True))
    assert isinstance(await ActivityFeed(origin(served)).of("polaris"), NotKnown)
    assert served.facility.faults.count("GET", "activity") == 0
    assert served.facility.feed_faults.count("GET", "/polaris/activity.json") == 3
