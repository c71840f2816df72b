"""Arguments as models and clients write them arrive as they were meant."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.local import LocalFacility
from alcf_mcp.tools.listed_tool import made
from alcf_mcp.tools.meant import as_text, clients_own
from tests.conftest import Assistant, Connect, Era, agree

HERE = "/eagle/LocalDemo"
JOB = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "directory": HERE, "dry_run": True}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (0.5, "0.5"),
        (True, "true"),
        (False, "false"),
        ({"a": [1, None]}, '{"a":[1,null]}'),
        ("5", "5"),
    ],
)
def test_a_value_becomes_the_text_that_a_shell_would_see(value: Any, text: str) -> None:
    assert as_text(value) == text


@given(json_values)
def test_no_value_is_lost_in_its_text(value: Any) -> None:
    if not (value is None or isinstance(value, str)):
        assert json.loads(as_text(value)) == value


async def test_numbers_and_booleans_in_a_job_s_arguments(connect: Connect, era: Era) -> None:
    async with connect(era=era, answer=agree) as assistant:
        shown = await assistant.do(
            "submit_job",
            executable="/bin/echo",
            arguments=[8, 0.5, True, {"lr": 0.1}, "-n"],
            environment={"OMP_NUM_THREADS": 8, "DEBUG": False, "CONFIG": {"a": [1]}},
            **JOB,
        )
    for text in ("8", "0.5", "true", '{"lr":0.1}', "OMP_NUM_THREADS", "false", '{"a":[1]}'):
        assert text in shown["script"]


async def test_variables_are_taken_as_an_object_and_as_a_list(assistant: Assistant) -> None:
    for environment in ({"A": "1", "B": "x=y"}, ["A=1", "B=x=y"], '["A=1", "B=x=y"]', '{"A": 1, "B": "x=y"}'):
        shown = await assistant.do("submit_job", script="env", environment=environment, **JOB)
        assert "A=1" in shown["script"]
        assert "B=x=y" in shown["script"] or "B='x=y'" in shown["script"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"executable": "/bin/echo", "arguments": ["a", None]}, "'arguments[1]'"),
        ({"script": "env", "environment": ["A=1", "B"]}, "entry [1] should be text like NAME=value"),
        ({"script": "env", "environment": ["A=1", {"name": "B"}]}, "entry [1]"),
        ({"script": "env", "environment": {"A": None}}, "'environment[A]'"),
        ({"script": {"steps": []}}, "'script'"),
        ({"script": "env", "filesystems": ["home", 7, []]}, "'filesystems[1]'"),
    ],
)
async def test_an_error_names_the_position(
    assistant: Assistant, arguments: dict[str, Any], said: str
) -> None:
    refused = await assistant.call("submit_job", **arguments, **JOB)
    assert said in refused.error["message"]


@pytest.mark.parametrize("script", ["[1, 2]", '{"a": 1}', "null", "true", "17", '"quoted"', "[[ -f x ]]"])
async def test_a_text_that_looks_like_json_stays_text(connect: Connect, era: Era, script: str) -> None:
    async with connect(era=era, answer=agree) as assistant:
        shown = await assistant.do("submit_job", script=script, **JOB)
    assert script in shown["script"]


@given(text=json_values.map(json.dumps) | st.text(min_size=1))
def test_every_text_stays_as_it_is(text: str) -> None:
    tool = made("submit_job")
    assert tool.fn_metadata.pre_parse_json({"script": text, "name": text}) == {"script": text, "name": text}


@pytest.mark.parametrize(("written", "script"), [(True, "true"), (17, "17"), (False, "false")])
async def test_a_client_that_guesses_types_does_no_harm(
    assistant: Assistant, written: Any, script: str
) -> None:
    shown = await assistant.do("submit_job", script=written, **JOB)
    assert script in shown["script"]


async def test_null_as_a_text_is_nothing_where_no_text_is_meant(assistant: Assistant) -> None:
    shown = await assistant.do("submit_job", script="true", nodes="null", environment="null", **JOB)
    assert shown["nodes"] == 1


async def test_a_walltime_in_seconds_may_be_a_number_or_a_text(assistant: Assistant) -> None:
    for walltime in (600, "600", "10m"):
        assert (await assistant.do("submit_job", script="true", walltime=walltime, **JOB))[
            "walltime"
        ] == "10 min"


@pytest.mark.parametrize("name", sorted(clients_own()))
async def test_what_a_client_adds_of_its_own_is_left_out(assistant: Assistant, name: str) -> None:
    await assistant.do("list_jobs", **{name: "call_0BCI"})


async def test_a_mistyped_argument_is_refused_all_the_same(
    local: LocalFacility, assistant: Assistant
) -> None:
    refused = await assistant.call("list_jobs", toolCallId="call_0BCI", include_finshed=True)
    assert "did you mean 'include_finished'?" in refused.error["message"]
    assert "toolCallId" not in refused.text
