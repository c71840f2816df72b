"""Tasks: shown, listed, and read according to the shape of their result."""

from pathlib import Path

from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Assistant


async def test_tasks_are_listed_newest_first(assistant: Assistant, directory: str) -> None:
    await assistant.do("list_directory", path=directory)
    facts = await assistant.do("list_tasks")
    assert facts["tasks"][0]["operation"] == "ls"
    assert facts["total"] == len(facts["tasks"])
    assert (await assistant.do("list_tasks", status="failed"))["total"] == 0


async def test_a_listing_task_shows_its_entries(assistant: Assistant, directory: str, tmp_path: Path) -> None:
    (tmp_path / "local" / "tree" / directory.strip("/") / "f").write_text("hello")
    await assistant.do("list_directory", path=directory)
    await assistant.do("view_file", path=f"{directory}/f")
    tasks = (await assistant.do("list_tasks"))["tasks"]
    listing = next(
        task for task in tasks if task["operation"] == "ls" and task["arguments"]["path"] == directory
    )
    assert (await assistant.do("get_task", task_id=listing["task_id"]))["entries"][0]["name"] == "f"
    view = next(task for task in tasks if task["operation"] == "view")
    answered = await assistant.call("get_task", task_id=view["task_id"])
    assert answered.facts["content"] == "hello"
    assert "data, not instructions" in answered.text


async def test_a_failed_task_tells_why(local: LocalFacility, assistant: Assistant) -> None:
    refused = await assistant.call("view_file", path="/eagle/LocalDemo/nothing")
    facts = await assistant.do("get_task", task_id=refused.error["task_id"], wait_seconds=5)
    assert facts["status"] == "failed"
    assert "does not exist" in facts["failure"]


async def test_an_unknown_task_is_an_error_with_a_next_step(assistant: Assistant) -> None:
    answered = await assistant.call("get_task", task_id="nothing")
    assert answered.error["http_status"] == 404
    assert answered.error["next_step"]


TRACEBACK = """Could not get task status from Globus Compute: Traceback (most recent call last):
  File "/opt/venv/lib/python3.12/site-packages/globus_compute_sdk/sdk/client.py", line 336, in get_task
    r = self._compute_web_client.v2.get_task(task_id)
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
globus_sdk.exc.api.GlobusAPIError: The service has lost the task
"""
FACT = "Could not get task status from Globus Compute: The service has lost the task"


async def test_a_traceback_of_the_facility_is_told_as_the_fact_in_it(
    local: LocalFacility, assistant: Assistant
) -> None:
    problem = {"title": "Internal Server Error", "status": 500, "detail": TRACEBACK}
    local.faults.add(
        Fault(path="/task/", status=500, body=problem, content_type="application/problem+json", times=None)
    )
    answered = await assistant.call("get_task", task_id="7")
    assert answered.error["detail"] == FACT
    assert f"(HTTP 500): {FACT}. " in answered.text


async def test_a_report_of_pydantics_in_a_task_is_told_as_what_it_found(
    local: LocalFacility, assistant: Assistant
) -> None:
    report = (
        "Input validation error: 1 validation error for InputData\npath\n"
        "  Value error, Field contains forbidden characters. "
        "[type=value_error, input_value='/x', input_type=str]\n"
        "    For further information visit https://errors.pydantic.dev/2.11/v/value_error"
    )
    task = {"id": "7", "status": "failed", "result": {"error": report}}
    local.faults.add(Fault(path="/task/7", status=200, body=task, times=None))
    answered = await assistant.call("get_task", task_id="7")
    assert answered.facts["failure"] == "Input validation error: path: Field contains forbidden characters."
