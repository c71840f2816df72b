"""A request in users' terms becomes the job specification that the facility accepts."""

from dataclasses import replace
from typing import Any

import pytest

from alcf_mcp.facility.jobs.request import JobRequest, changed_job, new_job
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri.errors import InvalidCall

ASKED = JobRequest(
    script="date",
    account="MyProject",
    queue="debug",
    nodes=2,
    walltime="30m",
    filesystems=["home", "eagle"],
    directory=RemotePath.parse("/eagle/MyProject/run"),
)


def test_a_job_has_all_that_alcf_asks_for() -> None:
    assert new_job(ASKED).to_wire() == {
        "executable": "/bin/bash",
        "arguments": ["-lc", "date"],
        "directory": "/eagle/MyProject/run",
        "stdout_path": "/eagle/MyProject/run",
        "stderr_path": "/eagle/MyProject/run",
        "resources": {"node_count": 2},
        "attributes": {
            "duration": 1800,
            "queue_name": "debug",
            "account": "MyProject",
            "custom_attributes": {"filesystems": "home:eagle"},
        },
    }


@pytest.mark.parametrize(
    ("said", "stdout", "stderr"),
    [
        ({}, "/eagle/MyProject/run", "/eagle/MyProject/run"),
        ({"stdout_path": "/eagle/P/out.txt"}, "/eagle/P/out.txt", "/eagle/MyProject/run"),
        ({"stdout_path": "/eagle/P/out.txt", "directory": None}, "/eagle/P/out.txt", "/eagle/P"),
        ({"stdout_path": "/eagle/P/logs", "directory": ""}, "/eagle/P/logs", "/eagle/P/logs"),
        ({"stdout_path": "/eagle/P/o", "stderr_path": "/eagle/P/e"}, "/eagle/P/o", "/eagle/P/e"),
    ],
)
def test_stderr_never_overwrites_stdout(said: dict[str, Any], stdout: str, stderr: str) -> None:
    wire = new_job(replace(ASKED, **said)).to_wire()
    assert (wire["stdout_path"], wire["stderr_path"]) == (stdout, stderr)


def test_an_update_of_stdout_leaves_stderr_alone() -> None:
    assert (
        "stderr_path"
        not in changed_job(JobRequest(stdout_path=RemotePath.parse("/eagle/P/o.txt"), nodes=1)).to_wire()
    )


def test_empty_text_is_not_given() -> None:
    assert "name" not in new_job(replace(ASKED, name=" ", executable="")).to_wire()


def test_all_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(InvalidCall) as refused:
        new_job(JobRequest(script="date"))
    assert all(name in refused.value.hint for name in ("`account`", "`queue` (on Polaris", "`directory`"))
    with pytest.raises(InvalidCall) as elsewhere:
        new_job(JobRequest(script="date"), has_alcf_queues=False)
    assert "Polaris" not in elsewhere.value.hint


@pytest.mark.parametrize("changes", [{"script": None}, {"executable": "/bin/date"}])
def test_a_job_has_a_script_or_an_executable(changes: dict[str, str | None]) -> None:
    with pytest.raises(InvalidCall, match="either a script or an executable"):
        new_job(replace(ASKED, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 'a"b'},
        {"queue": "a\\b"},
        {"account": "a\nb"},
        {"directory": "/eagle/P\\n"},
        {"custom_attributes": {"place": 'sc"atter'}},
        {"filesystems": ['eagle"}]}) { id } } #']},
        {"custom_attributes": {"walltime": "99:00:00"}},
        {"custom_attributes": {"select": "400"}},
        {"arguments": ["lost"]},
        {"directory": "relative"},
        {"walltime": "2 weeks"},
    ],
)
def test_what_would_arrive_changed_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidCall):
        new_job(replace(ASKED, **changes))  # type: ignore[arg-type]


def test_custom_attributes_win_over_the_filesystems_argument() -> None:
    wire = new_job(replace(ASKED, custom_attributes={"filesystems": "eagle", "place": "scatter"})).to_wire()
    assert wire["attributes"]["custom_attributes"] == {"filesystems": "eagle", "place": "scatter"}


def test_an_update_sends_what_changes_and_always_the_node_count() -> None:
    assert changed_job(JobRequest(name="new", nodes=4)).to_wire() == {
        "name": "new",
        "resources": {"node_count": 4},
    }


def test_an_update_without_a_node_count_is_refused() -> None:
    with pytest.raises(InvalidCall, match="node count"):
        changed_job(JobRequest(name="new"))
