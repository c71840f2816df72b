"""Whatever words a facility has for a failure, ALCF's or the operating system's, a tool means the same."""

import os
from collections.abc import AsyncIterator
from typing import Any

import pytest

from alcf_mcp.local import LocalFacility
from alcf_mcp.local.settings import Profile
from tests.conftest import Assistant, Connect, agree

HERE = "/eagle/LocalDemo"

READ: dict[str, dict[str, Any]] = {"view_file": {}, "head_file": {}, "tail_file": {}}
CHANGE: dict[str, dict[str, Any]] = {
    "chmod": {"mode": "600"},
    "chown": {"group": "daemon"},
    "remove_path": {},
}

FAILURES: list[tuple[str, dict[str, Any], str]] = [
    *(
        (tool, {"path": f"{HERE}/nothing", **more}, "list_directory")
        for tool, more in (READ | CHANGE | {"list_directory": {}}).items()
    ),
    ("make_directory", {"path": HERE}, "Nothing was changed"),
    ("make_directory", {"path": f"{HERE}/no/such"}, "parents=true"),
    ("view_file", {"path": f"{HERE}/sub"}, "Name a file"),
    ("head_file", {"path": f"{HERE}/sub"}, "Name a file"),
    ("view_file", {"path": f"{HERE}/pipe"}, "Name a file"),
    ("chown", {"path": f"{HERE}/sub", "group": "nosuch"}, "Give a user or group name"),
]


@pytest.fixture(params=["alcf", "full"])
def profile(request: pytest.FixtureRequest) -> Profile:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
async def assistant(connect: Connect, local: LocalFacility) -> AsyncIterator[Assistant]:
    local.tree.locate(f"{HERE}/sub").mkdir()
    os.mkfifo(local.tree.locate(f"{HERE}/pipe"))
    async with connect(answer=agree) as connected:
        yield connected


@pytest.mark.parametrize(("tool", "arguments", "next_step"), FAILURES)
async def test_a_failure_ends_in_the_same_next_step(
    assistant: Assistant, profile: Profile, tool: str, arguments: dict[str, Any], next_step: str
) -> None:
    if profile == "full" and arguments["path"].endswith("no/such"):
        next_step = "list_directory"  # the operating system does not say which part is missing
    refused = await assistant.call(tool, **arguments)
    assert next_step in refused.error["next_step"]
    assert "pydantic" not in refused.text


@pytest.mark.parametrize("tool", ["list_directory", "view_file"])
async def test_another_user_s_home_is_told_as_such(assistant: Assistant, profile: Profile, tool: str) -> None:
    refused = await assistant.call(tool, path="/home/eve")
    expected = "outside the directories" if profile == "alcf" else "may not do this there"
    assert expected in refused.error["next_step"]


async def test_alcf_does_not_follow_a_link(
    local: LocalFacility, assistant: Assistant, profile: Profile
) -> None:
    (local.tree.locate(HERE) / "link").symlink_to("sub")
    listed = await assistant.call("list_directory", path=f"{HERE}/link")
    assert listed.is_error is (profile == "alcf")
    if profile == "alcf":
        assert "name the path that the link points to" in listed.error["next_step"]


@pytest.mark.parametrize("below", ["runs", "runs/deep/deeper"])
async def test_a_job_s_output_directory_is_made_and_its_output_is_read(
    local: LocalFacility, assistant: Assistant, below: str
) -> None:
    directory = f"{HERE}/{below}"
    job = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "walltime": "5m"}
    preview = await assistant.do("submit_job", script="echo kept", **job, stdout_path=directory, dry_run=True)
    assert f"The directory {directory} would be made" in str(preview)
    submitted = await assistant.do("submit_job", script="echo kept", **job, stdout_path=directory)
    assert local.tree.locate(directory).is_dir()
    await assistant.do("wait_for_job", job_id=submitted["job_id"])
    output = await assistant.call("get_job_output", job_id=submitted["job_id"], stream="stdout")
    assert "kept" in output.text


async def test_a_directory_that_can_t_be_made_keeps_the_job_back(
    local: LocalFacility, assistant: Assistant
) -> None:
    """ALCF says "does not exist" of a parent: that is not the directory itself, which exists after all."""
    local.tree.locate(f"{HERE}/file").write_text("")
    job = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "walltime": "5m"}
    refused = await assistant.call("submit_job", script="true", **job, stdout_path=f"{HERE}/file/out")
    assert refused.is_error, refused.text
    assert local.faults.count("POST", "/compute/job/") == 0
