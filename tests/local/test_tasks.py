from __future__ import annotations

import anyio
import pytest

from alcf_mcp.local.catalog import EAGLE
from tests.local.conftest import PROJECT, Api, OpenApi


async def _start(api: Api, path: str = PROJECT) -> str:
    answer = await api.get(f"/filesystem/ls/{EAGLE.id}", path=path)
    assert answer.status_code == 200
    body = answer.json()
    assert body["task_uri"].endswith(f"/task/{body['task_id']}")
    return str(body["task_id"])


async def test_a_task_is_pending_then_active_then_completed(open_api: OpenApi) -> None:
    async with open_api(task_latency=0.3) as api:
        task_id = await _start(api)
        seen: list[str] = []
        with anyio.fail_after(10):
            while not seen or seen[-1] != "completed":
                status = (await api.get(f"/task/{task_id}")).json()["status"]
                if status not in seen[-1:]:
                    seen.append(status)
                await anyio.sleep(0.01)
        assert seen == ["pending", "active", "completed"]


async def test_a_task_tells_its_command(api: Api) -> None:
    task = await api.ended(await _start(api))
    assert task["command"] == {
        "router": "filesystem",
        "command": "ls",
        "args": {
            "path": PROJECT,
            "show_hidden": False,
            "numeric_uid": False,
            "recursive": False,
            "dereference": False,
        },
    }


async def test_the_list_is_newest_first_without_pending_ones(open_api: OpenApi) -> None:
    async with open_api(operation_latency={"view": 60.0}) as api:
        first = await _start(api)
        second = await _start(api)
        for task_id in (first, second):
            await api.ended(task_id)
        waiting = await api.get(f"/filesystem/view/{EAGLE.id}", path=f"{PROJECT}/x")
        tasks = (await api.get("/task")).json()
        assert [task["id"] for task in tasks] == [second, first]
        assert (await api.get(f"/task/{waiting.json()['task_id']}")).json()["status"] == "pending"


async def test_an_unknown_task_is_a_404(api: Api) -> None:
    answer = await api.get("/task/nothing")
    assert (answer.status_code, answer.json()["detail"]) == (404, "'nothing' not found.")


async def test_tasks_outlive_the_process_that_accepted_them(open_api: OpenApi) -> None:
    async with open_api(task_latency=60.0) as api:
        never = await _start(api)
    async with open_api(task_latency=0.2) as api:
        task_id = await _start(api)
    async with open_api() as api:
        assert (await api.ended(task_id))["status"] == "completed"
        assert (await api.get(f"/task/{never}")).json()["status"] == "pending"


async def test_a_latency_can_be_a_range(open_api: OpenApi) -> None:
    async with open_api(task_latency=(0.0, 0.01)) as api:
        assert (await api.ended(await _start(api)))["status"] == "completed"


async def test_canceling_is_not_implemented_at_alcf(api: Api) -> None:
    answer = await api.http.delete(f"/task/{await _start(api)}")
    assert answer.status_code == 501


async def test_a_pending_task_can_be_canceled(open_api: OpenApi) -> None:
    async with open_api(profile="full", task_latency=60.0) as api:
        task_id = await _start(api)
        assert (await api.http.delete(f"/task/{task_id}")).status_code == 200
        assert (await api.ended(task_id))["status"] == "canceled"
        assert (await api.http.delete(f"/task/{task_id}")).status_code == 409


async def test_a_mistake_of_our_own_fails_the_task_only(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    with monkeypatch.context() as patched:
        patched.setattr("alcf_mcp.local.tasks.perform", fail)
        assert (await api.ended(await _start(api)))["result"] == {"error": "An unexpected error occurred."}
    assert (await api.ended(await _start(api)))["status"] == "completed"
