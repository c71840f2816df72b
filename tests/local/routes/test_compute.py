from __future__ import annotations

from typing import Any

import pytest

from alcf_mcp.local.catalog import CRUX, POLARIS
from tests.local.conftest import PROJECT, Api, job_spec

BUSY = "touch ready; sleep 60"


async def _queued(api: Api, **changes: Any) -> str:
    """A job that has to wait, because another one occupies the whole machine."""
    await api.submit(BUSY, queue="prod", nodes=8)
    await api.appears(f"{PROJECT}/ready")
    wanted: dict[str, Any] = {"queue": "prod", "nodes": 4} | changes
    return await api.submit(**wanted)


async def _cancel(api: Api, job_id: str) -> tuple[int, str]:
    answer = await api.http.delete(f"/compute/cancel/{POLARIS.id}/{job_id}")
    return answer.status_code, answer.json()["detail"] if answer.content else ""


async def _list(api: Api, query: str = "", **json: Any) -> Any:
    answer = await api.http.post(f"/compute/status/{POLARIS.id}{query}", **json)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_job_is_its_id_and_status_and_nothing_else(api: Api) -> None:
    answer = await api.post_job(job_spec(nodes=2))
    assert answer.json() == {"id": "1001.polaris-pbs-01.local", "status": {"state": "queued"}}
    await api.finishes("1001.polaris-pbs-01.local")
    job = (await api.get(f"/compute/status/{POLARIS.id}/1001.polaris-pbs-01.local")).json()
    assert job == {
        "id": "1001.polaris-pbs-01.local",
        "status": {"state": "completed", "exit_code": 0},
    }


async def test_an_unknown_job_is_a_400(api: Api) -> None:
    job_id = await api.submit()
    for machine, name in ((POLARIS, "999.polaris"), (CRUX, job_id)):
        answer = await api.get(f"/compute/status/{machine.id}/{name}")
        assert (answer.status_code, answer.json()["detail"]) == (400, f"Job {name} not found.")


async def test_a_finished_job_is_history(api: Api) -> None:
    job_id = await api.submit()
    await api.finishes(job_id)
    answer = await api.get(f"/compute/status/{POLARIS.id}/{job_id}", historical="false")
    assert answer.status_code == 400
    assert await _list(api) == []
    assert [job["id"] for job in await _list(api, "?historical=true")] == [job_id]


async def test_lists_are_oldest_first_and_paged(api: Api) -> None:
    jobs = [await api.submit(custom={"filesystems": "eagle", "Hold_Types": "u"}) for _ in range(3)]
    assert [job["id"] for job in await _list(api)] == jobs
    assert [job["id"] for job in await _list(api, "?offset=1&limit=1")] == [jobs[1]]
    assert await _list(api, "?limit=0") == []


@pytest.mark.parametrize("query", ["historical=1", "historical=yes", "limit=1001", "offset=-1", "limit=x"])
async def test_lists_refuse_values_that_are_none(api: Api, query: str) -> None:
    answer = await api.http.post(f"/compute/status/{POLARIS.id}?{query}")
    assert answer.status_code == 400
    assert answer.json()["invalid_params"][0]["name"] == query.partition("=")[0]


async def test_filters_and_specs_are_not_implemented_at_alcf(api: Api) -> None:
    job_id = await api.submit()
    url = f"/compute/status/{POLARIS.id}"
    assert (await api.http.post(url, json={"state": "active"})).status_code == 501
    assert (await api.http.post(url, json={})).status_code == 200
    assert (await api.http.post(url, json=[])).status_code == 400
    assert (await api.http.post(f"{url}?include_spec=true")).status_code == 501
    assert (await api.get(f"{url}/{job_id}", include_spec="true")).status_code == 501


async def test_a_queued_job_is_canceled_at_once(api: Api) -> None:
    job_id = await _queued(api)
    assert await _cancel(api, job_id) == (204, "")
    assert await api.status(job_id) == {"state": "completed", "exit_code": 271}


async def test_what_can_not_be_canceled_is_a_500(api: Api) -> None:
    assert await _cancel(api, "999.polaris") == (500, "Unknown Job Id 999.polaris")
    job_id = await api.submit()
    await api.finishes(job_id)
    assert await _cancel(api, job_id) == (500, f"Job has finished {job_id}")
    stubborn = await api.submit("trap '' TERM; touch ready; while :; do sleep 0.02; done")
    await api.appears(f"{PROJECT}/ready")
    assert (await _cancel(api, stubborn))[0] == 204
    assert await _cancel(api, stubborn) == (500, f"Request invalid for state of job {stubborn}")


async def _update(api: Api, job_id: str, changes: dict[str, Any]) -> tuple[int, str]:
    answer = await api.http.put(f"/compute/job/{POLARIS.id}/{job_id}", json=changes)
    return answer.status_code, answer.json().get("detail", "")


async def test_an_update_of_the_name_alone_shrinks_the_job(api: Api) -> None:
    job_id = await _queued(api, nodes=4)
    assert (await _update(api, job_id, {"name": "other"}))[0] == 200
    (_, job) = await api.facility._jobs.all(POLARIS, historical=False)
    assert (job.id, job.spec.name, job.node_count) == (job_id, "other", 1)


async def test_an_update_changes_what_it_names(api: Api) -> None:
    job_id = await _queued(api, nodes=4, walltime=600)
    changes = {"resources": {"node_count": 4}, "attributes": {"duration": 60}, "launcher": "ignored"}
    assert (await _update(api, job_id, changes))[0] == 200
    (_, job) = await api.facility._jobs.all(POLARIS, historical=False)
    assert (job.node_count, job.walltime, job.queue, job.spec.executable) == (4, 60, "prod", "/bin/bash")


async def test_updates_that_pbs_refuses(api: Api) -> None:
    job_id = await _queued(api)
    limits = "Job violates queue and/or server resource limits"
    assert await _update(api, job_id, {"resources": {"node_count": 99}}) == (500, limits)
    assert await _update(api, job_id, {"attributes": {"queue_name": "x"}}) == (500, "Unknown queue")
    assert await _update(api, "999.x", {"name": "y"}) == (500, "Unknown Job Id 999.x")
    assert (await _update(api, job_id, {"name": '"'}))[0] == 400
    (active, _) = await _list(api)
    status, detail = await _update(api, active["id"], {"name": "y"})
    assert (status, detail) == (500, f"Cannot modify attribute while job running {active['id']}")
    finished = await api.submit()
    await _cancel(api, finished)
    assert (await _update(api, finished, {"name": "y"}))[1] == f"Job has finished {finished}"


async def test_the_full_profile_tells_how_a_job_ended(full: Api) -> None:
    failed = await full.submit("exit 3", environment={"GREETING": "hi"}, name="failing")
    assert (await full.reaches(failed, "failed"))["exit_code"] == 3
    canceled = await full.submit("sleep 60")
    await full.reaches(canceled, "active")
    await _cancel(full, canceled)
    status = await full.reaches(canceled, "canceled")
    assert status["exit_code"] == 271
    assert status["time"] > 0
    answer = await full.get(f"/compute/status/{POLARIS.id}/{failed}", include_spec="true")
    assert answer.json()["job_spec"]["environment"] == {"GREETING": "hi"}
    (only,) = await _list(full, "?historical=true", json={"name": "failing"})
    assert only["id"] == failed


async def test_the_full_profile_keeps_the_node_count(full: Api) -> None:
    job_id = await _queued(full, nodes=4)
    assert (await _update(full, job_id, {"name": "other"}))[0] == 200
    (_, job) = await full.facility._jobs.all(POLARIS, historical=False)
    assert (job.spec.name, job.node_count) == ("other", 4)


async def test_the_full_profile_hands_the_environment_on(full: Api) -> None:
    job_id = await full.submit('echo "$GREETING"', environment={"GREETING": "hi"})
    assert await full.stdout(job_id) == "hi\n"
