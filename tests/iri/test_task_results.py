"""Every shape in which deployments send the result of a task."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.iri import task_results
from alcf_mcp.iri.errors import DETAIL_LIMIT, NotAnIRIAnswer
from alcf_mcp.iri.models import Task
from tests.iri.support import json_values

ENTRY = {"name": "run.log", "type": "-", "size": "17"}


def completed(result: Any) -> Task:
    return Task(id="t", status="completed", result=result)


@pytest.mark.parametrize(
    "result",
    [
        {"output": [ENTRY]},
        [ENTRY],
        {"files": [ENTRY]},
        {"entries": [ENTRY]},
        {"output": {"files": [ENTRY]}},
        {"output": {"items": [ENTRY]}},
        {"output": ENTRY},
        ENTRY,
    ],
)
def test_directory_entries_are_found_in_any_wrapping(result: Any) -> None:
    (file,) = task_results.files(completed(result))
    assert (file.name, file.size) == ("run.log", 17)


@pytest.mark.parametrize("result", [None, {}, [], {"output": None}, {"output": []}, {"files": []}])
def test_nothing_is_an_empty_directory(result: Any) -> None:
    assert list(task_results.files(completed(result))) == []


@pytest.mark.parametrize("result", ["text", 7, {"output": "text"}, {"output": [7]}, [{"size": "1"}]])
def test_what_is_no_directory_is_told(result: Any) -> None:
    with pytest.raises(NotAnIRIAnswer, match="result of task t is not"):
        task_results.files(completed(result))


@pytest.mark.parametrize("result", [{"output": ENTRY}, ENTRY, {"output": [ENTRY]}])
def test_the_entry_of_one_file_is_found_in_any_wrapping(result: Any) -> None:
    file = task_results.file(completed(result))
    assert file is not None
    assert file.name == "run.log"


@pytest.mark.parametrize("result", [None, {}, {"output": None}, {"output": []}, {"output": "done"}])
def test_a_change_may_answer_without_the_entry(result: Any) -> None:
    assert task_results.file(completed(result)) is None


@pytest.mark.parametrize("content_type", ["lines", "bytes"])
@pytest.mark.parametrize("wrapped", [True, False])
def test_file_content_is_found_in_any_wrapping(content_type: str, wrapped: bool) -> None:
    part = {"content": "Error: in the log\n", "content_type": content_type, "end_position": 1}
    task = completed({"output": part} if wrapped else part)
    assert task_results.failure(task) is None
    content = task_results.content(task)
    assert (content.content, content.content_type, content.end_position) == (part["content"], content_type, 1)


@pytest.mark.parametrize("result", [{"output": "text"}, "text"])
def test_file_content_may_be_bare_text(result: Any) -> None:
    assert task_results.content(completed(result)).content == "text"


@pytest.mark.parametrize("result", [None, {}, {"output": None}, {"output": {}}])
def test_nothing_is_empty_content(result: Any) -> None:
    assert task_results.content(completed(result)).content == ""


@pytest.mark.parametrize("result", [7, [], {"output": [ENTRY]}, {"output": ENTRY}])
def test_what_is_no_content_is_told(result: Any) -> None:
    with pytest.raises(NotAnIRIAnswer, match="is not file content"):
        task_results.content(completed(result))


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ({"output": "Directory /eagle/P/x removed."}, "Directory /eagle/P/x removed."),
        ("d41d8cd9", "d41d8cd9"),
        ({"output": None}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_a_message_is_found_in_any_wrapping(result: Any, text: str) -> None:
    assert task_results.text(completed(result)) == text


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"error": "No such file"}, "No such file"),
        ({"error": {"code": 2}}, "{'code': 2}"),
        ({"output": "Error: No such file"}, "No such file"),
        ({"output": " ERROR:  No such file "}, "No such file"),
        ("error: No such file", "No such file"),
        ({"output": "Error:"}, "Error:"),
        ({"error": "  "}, "Task t failed; the facility does not say why"),
    ],
)
def test_an_error_is_found_in_any_wrapping_even_in_a_completed_task(result: Any, message: str) -> None:
    assert task_results.failure(completed(result)) == message


@pytest.mark.parametrize(
    "result", [None, {}, {"output": None}, {"output": "removed"}, {"error": None}, [], 0]
)
def test_a_completed_task_without_an_error_is_no_failure(result: Any) -> None:
    assert task_results.failure(completed(result)) is None


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "Task t failed; the facility does not say why"),
        ({}, "Task t failed; the facility does not say why"),
        ({"output": "Killed"}, "Killed"),
        ("Killed", "Killed"),
    ],
)
def test_a_failed_task_always_has_a_reason(result: Any, message: str) -> None:
    assert task_results.failure(Task(id="t", status="failed", result=result)) == message


def test_a_long_error_is_bounded() -> None:
    assert len(task_results.failure(completed({"error": "x" * 10**6})) or "") == DETAIL_LIMIT


@given(json_values, st.sampled_from(["completed", "failed"]))
def test_whatever_a_task_holds_it_is_read_or_told(result: Any, status: str) -> None:
    task = Task(id="t", status=status, result=result)
    assert task_results.failure(task) is None or task_results.failure(task)
    assert isinstance(task_results.text(task), str)
    for read in (task_results.files, task_results.file, task_results.content):
        try:
            read(task)
        except NotAnIRIAnswer as error:
            assert str(error).startswith("The result of task t is not ")
