"""Invalid arguments get one clear error, and nothing is sent."""

from typing import Any

import pytest

from alcf_mcp.local import LocalFacility
from tests.conftest import Assistant, Connect, Era

JOB = {
    "resource": "polaris",
    "script": "date",
    "account": "LocalDemo",
    "queue": "debug",
    "directory": "/eagle/LocalDemo",
}


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("list_jobs", {"resorce": "polaris"}, "no argument 'resorce' (did you mean 'resource'?)"),
        ("list_jobs", {"limit": "many"}, "'limit': should be a valid integer"),
        ("list_jobs", {"limit": 0}, "greater than or equal to 1"),
        ("list_jobs", {"state": "sleeping"}, "'new', 'queued'"),
        ("get_job", {}, "'job_id' is missing"),
        ("get_job", {"job_id": "../x"}, "not a valid job id"),
        ("get_job", {"job_id": ["a"]}, "'job_id'"),
        ("view_file", {"path": "/eagle/x", "offset": -1}, "greater than or equal to 0"),
        ("view_file", {"path": "eagle/x"}, "not absolute"),
        ("view_file", {"path": "/eagle/../etc/passwd"}, "'..'"),
        ("view_file", {"path": "/etc/passwd"}, "outside the facility's filesystems"),
        ("head_file", {"path": "/eagle/x", "lines": 5, "bytes": 5}, "`lines` and `bytes` can't be combined"),
        ("chmod", {"path": "/eagle/x", "mode": "888"}, "'750' is rwxr-x---"),
        ("chmod", {"path": "/eagle/x", "mode": "rwx"}, "'750' is rwxr-x---"),
        ("chown", {"path": "/eagle/x"}, "Neither an owner nor a group"),
        ("remove_path", {"path": "/eagle"}, "root of a filesystem"),
        ("submit_job", {**JOB, "walltime": "2 weeks"}, "'2 weeks' is not a valid walltime"),
        ("submit_job", {**JOB, "resource": "eagle"}, "storage resource; jobs run on compute"),
        ("submit_job", {**JOB, "resource": "polars"}, "Did you mean Polaris"),
        ("submit_job", {**JOB, "account": None}, "`account`"),
        ("submit_job", {**JOB, "nodes": 0}, "greater than or equal to 1"),
        ("submit_job", {**JOB, "name": 'say "hi"'}, "no spaces: train-7b"),
        ("submit_job", {**JOB, "name": "train 7b"}, "at most 230 letters"),
        ("submit_job", {**JOB, "account": "LocalDemo,walltime=9:00:00"}, "can't be the name of an account"),
        ("submit_job", {**JOB, "queue": "debug@elsewhere"}, "can't be the name of a queue"),
        ("submit_job", {**JOB, "filesystems": ["home,select=9"]}, "can't be the name of a filesystem"),
        ("get_project", {"project": "Nobody"}, "LocalDemo"),
        ("wait_for_job", {"job_id": "1", "until": "forever"}, "'finished' or 'started'"),
        ("list_incidents", {"since": "once upon a time"}, "'yesterday'"),
        ("list_jobs", {"limit": "\u0663"}, "'limit': should be a valid integer"),
        ("list_jobs", {"since": "\uff12h"}, "digits other than 0 to 9"),
        ("list_incidents", {"since": "\u0662\u0660\u0662\u0666-08-01"}, "digits other than 0 to 9"),
        ("get_job", {"job_id": "\u0663095453"}, "digits other than 0 to 9"),
        ("cancel_job", {"job_id": "309545\uff13"}, "digits other than 0 to 9"),
        ("get_job_output", {"job_id": "309545\u00b3"}, "digits other than 0 to 9"),
        ("submit_job", {**JOB, "nodes": "\uff12"}, "'nodes': should be a valid integer"),
        ("submit_job", {**JOB, "walltime": "\uff11h"}, "digits other than 0 to 9"),
        ("view_file", {"path": "/eagle/x", "offset": "\u0661"}, "'offset': should be a valid integer"),
        ("chmod", {"path": "/eagle/x", "mode": "\uff17\uff15\uff10"}, "'750' is rwxr-x---"),
    ],
)
async def test_one_clear_error(
    local: LocalFacility, assistant: Assistant, tool: str, arguments: dict[str, Any], said: str
) -> None:
    answered = await assistant.call(tool, **arguments)
    assert answered.is_error
    assert said in answered.text
    assert answered.error["message"]
    assert answered.error["next_step"]
    assert "pydantic" not in answered.text
    assert not [seen for seen in local.faults.requests if seen.method in ("PUT", "DELETE")]
    assert not [seen for seen in local.faults.requests if "/compute/job/" in seen.path]


async def test_a_wrong_value_is_not_echoed(assistant: Assistant) -> None:
    answered = await assistant.call("list_jobs", limit="s3cret-token")
    assert "s3cret" not in answered.text


async def test_numbers_are_taken_where_an_id_looks_like_one(assistant: Assistant) -> None:
    answered = await assistant.call("get_job", job_id=4711)
    assert answered.error["message"] == "None of Polaris, Crux and Aurora has a job '4711'"


@pytest.mark.parametrize("blank", [None, "", " ", "\n", "\u00a0", "\u200b", [], {}])
async def test_a_required_argument_that_is_blank_is_named(assistant: Assistant, blank: Any) -> None:
    answered = await assistant.call("chmod", path="/eagle/LocalDemo", mode=blank)
    assert "'mode' is missing or blank" in answered.error["message"]


async def test_null_is_an_argument_left_out(assistant: Assistant) -> None:
    await assistant.do("list_jobs", resource=None, state=None)


async def test_an_unknown_tool_is_named_and_the_server_stays(connect: Connect, era: Era) -> None:
    async with connect(era=era) as assistant:
        answered = await assistant.call("list_job")
        assert answered.is_error
        assert "list_job" in answered.text
        await assistant.do("list_jobs")
