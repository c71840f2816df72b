"""The scheduler over time: order, restarts, several facilities on one root, lost supervisors."""

from __future__ import annotations

import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import pytest

from alcf_mcp.local.catalog import POLARIS, Grant, LocalMachine, LocalQueue
from alcf_mcp.local.facility import LocalFacility
from tests.local.conftest import PROJECT, Api, OpenApi, connect

# Ends when a file "go" appears.
WAIT = "touch ready; until [ -e go ]; do sleep 0.01; done"


async def test_jobs_run_in_the_order_of_their_queues(api: Api) -> None:
    blocker = await api.submit(WAIT, queue="prod", nodes=8)
    ready = await api.appears(f"{PROJECT}/ready")
    order = {"preemptable": "a", "prod": "b", "debug": "c"}
    jobs = [
        await api.submit(f"echo {name} >> order", queue=queue, nodes=8 if queue != "debug" else 2)
        for queue, name in order.items()
    ]
    assert {(await api.status(job))["state"] for job in jobs} == {"queued"}
    (ready.parent / "go").touch()
    for job in (blocker, *jobs):
        assert await api.finishes(job) == 0
    assert (ready.parent / "order").read_text().split() == ["c", "b", "a"]


async def test_a_machine_that_is_down_starts_nothing(api: Api) -> None:
    await api.facility.condition.set_status("Polaris", "down")
    job_id = await api.submit()
    with anyio.move_on_after(0.15):
        await api.reaches(job_id, "active", "completed")
        pytest.fail("the job started")
    await api.facility.condition.set_status("Polaris", "up")
    assert await api.finishes(job_id) == 0


async def test_a_job_survives_the_facility_and_is_adopted(open_api: OpenApi) -> None:
    async with open_api() as api:
        job_id = await api.submit(f"{WAIT}; echo over")
        ready = await api.appears(f"{PROJECT}/ready")
    async with open_api() as api:
        assert (await api.status(job_id))["state"] == "active"
        (ready.parent / "go").touch()
        assert await api.stdout(job_id) == "over\n"
        assert await api.finishes(job_id) == 0


async def test_a_job_that_ended_while_nobody_looked_is_recorded(open_api: OpenApi) -> None:
    async with open_api() as api:
        job_id = await api.submit(f"{WAIT}; exit 7")
        ready = await api.appears(f"{PROJECT}/ready")
        log = ready.parent / f"{job_id}.OU"
    (ready.parent / "go").touch()
    with anyio.fail_after(10):
        while not log.exists():  # noqa: ASYNC110
            await anyio.sleep(0.01)
    async with open_api() as api:
        assert await api.finishes(job_id) == 7


async def test_a_job_whose_supervisor_was_killed_has_failed(full: Api) -> None:
    job_id = await full.submit(f"echo $PPID > supervisor; {WAIT}")
    ready = await full.appears(f"{PROJECT}/ready")
    os.kill(int((ready.parent / "supervisor").read_text()), signal.SIGKILL)
    status = await full.reaches(job_id, "failed")
    assert status["exit_code"] == -1
    assert status["message"] == "The job's supervisor was lost"
    (ready.parent / "go").touch()


async def test_facilities_on_one_root_start_every_job_once(open_api: OpenApi) -> None:
    async with open_api() as first, AsyncExitStack() as stack:
        apis = [first]
        for _ in range(3):
            facility = LocalFacility(first.facility.settings)
            await stack.enter_async_context(facility.running())
            apis.append(await stack.enter_async_context(connect(facility)))
        tokens = {api.facility.token.get_secret_value() for api in apis}
        assert len(tokens) == 1
        jobs = [
            await apis[number % 4].submit(f"echo {number} >> started", queue="prod") for number in range(12)
        ]
        for number, job in enumerate(jobs):
            assert await apis[(number + 1) % 4].finishes(job) == 0
        started = first.place(f"{PROJECT}/started").read_text().split()
        assert sorted(map(int, started)) == list(range(12))


async def test_node_hours_are_those_that_were_used(open_api: OpenApi) -> None:
    async with open_api() as api:
        job_id = await api.submit("sleep 0.3", nodes=2)
        await api.finishes(job_id)
        (project, _) = (await api.get("/account/projects")).json()
        allocations = (await api.get(f"/account/projects/{project['id']}/project_allocations")).json()
        (entry,) = allocations[0]["entries"]
        assert entry["unit"] == "node_hours"
        assert 2 * 0.3 / 3600 <= entry["usage"] < 2 * 5 / 3600
        assert allocations[1]["entries"][0]["usage"] == 0


async def test_machines_and_projects_can_be_others(open_api: OpenApi) -> None:
    tiny = LocalMachine(POLARIS.id, "Polaris", "tiny.local", ("n1",), (LocalQueue("only", 1, 60),))
    async with open_api(machines=(tiny,), projects=(Grant("Mine", "", 1.0),)) as api:
        job_id = await api.submit(
            queue="only", account="Mine", directory="/eagle", stdout_path="/eagle", stderr_path="/eagle"
        )
        assert job_id == "1001.tiny.local"
        assert await api.finishes(job_id) == 0


async def test_a_held_job_waits_until_it_is_released(api: Api) -> None:
    job_id = await api.submit(custom={"filesystems": "eagle", "Hold_Types": "u"})
    assert (await api.status(job_id))["state"] == "held"
    release = {"attributes": {"custom_attributes": {"Hold_Types": "n"}}}
    answer = await api.http.put(f"/compute/job/{POLARIS.id}/{job_id}", json=release)
    assert answer.status_code == 200
    assert await api.finishes(job_id) == 0


async def test_a_supervisor_starts_only_once(api: Api, tmp_path: Path) -> None:
    job_id = await api.submit(f"echo x >> count; {WAIT}")
    ready = await api.appears(f"{PROJECT}/ready")
    async with api.facility.running():
        (job,) = await api.facility._jobs.all(POLARIS, historical=False)
        await api.facility._launcher.start(job, POLARIS)
    (ready.parent / "go").touch()
    await api.finishes(job_id)
    assert (ready.parent / "count").read_text() == "x\n"
