"""Cancel a task that is still running."""

from pathlib import Path

import pytest

from alcf_mcp.local import Fault, LocalFacility
from alcf_mcp.local.tasks import TaskService
from tests.conftest import Assistant, Connect, refuse


@pytest.fixture
async def task_id(connect: Connect, tree: Path, directory: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A task that takes a minute."""
    (tree / "log").write_text("line\n")
    monkeypatch.setattr(TaskService, "_latency", lambda _, command: 60.0 if command == "checksum" else 0.0)
    async with connect(toolsets="extended", timeout=1.0) as hurried:
        answered = await hurried.call("checksum_file", path=f"{directory}/log")
    return str(answered.error["task_id"])


async def test_a_task_that_runs_is_canceled(
    assistant: Assistant, local: LocalFacility, task_id: str, directory: str
) -> None:
    answered = await assistant.call("cancel_task", task_id=task_id)
    assert f"Task {task_id}: checksum {directory}/log" in assistant.questions[0]
    assert "Requested cancellation" in answered.text
    assert (await assistant.do("get_task", task_id=task_id))["status"] == "canceled"
    again = await assistant.do("cancel_task", task_id=task_id)
    assert again["outcome"] == "nothing_to_do"
    assert local.faults.count("DELETE", "/task/") == 1


async def test_a_task_goes_on_after_a_no(connect: Connect, local: LocalFacility, task_id: str) -> None:
    async with connect(answer=refuse, toolsets="extended") as assistant:
        assert (await assistant.do("cancel_task", task_id=task_id))["outcome"] == "declined"
        assert (await assistant.do("get_task", task_id=task_id))["status"] == "pending"
    assert local.faults.count("DELETE", "/task/") == 0


async def test_a_lost_answer_is_found_by_looking(
    assistant: Assistant, local: LocalFacility, task_id: str
) -> None:
    local.faults.add(Fault(method="DELETE", path="/task/", drop=True, after=True))
    answered = await assistant.call("cancel_task", task_id=task_id)
    assert "checking showed that it was carried out" in answered.text
    assert local.faults.count("DELETE", "/task/") == 1
