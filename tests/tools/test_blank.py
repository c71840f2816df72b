"""Clients fill in arguments that nobody gave: a blank optional argument counts as left out."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alcf_mcp.local import LocalFacility
from alcf_mcp.tools.catalog import GROUPS
from alcf_mcp.tools.listed_tool import ListedTool, made
from alcf_mcp.tools.meant import as_text
from tests.conftest import DECLINE, Assistant, Connect, Era

TOOLS = [ListedTool.of(name, group) for name, group in GROUPS.items()]
BLANK: tuple[Any, ...] = (None, "", " ", "\n", "\t \r\n", "\u00a0", "\u2003", "\u200b", "\ufeff", [], {})
HERE = "/eagle/LocalDemo"
REQUIRED: dict[str, dict[str, Any]] = {
    "submit_job": {"script": "true", "account": "LocalDemo", "queue": "debug", "directory": HERE, "nodes": 1},
}
"""Arguments that a call gives in addition to those that its schema requires."""
PLAUSIBLE: dict[str, Any] = {
    "resource": "polaris",
    "job_id": "1001.polaris-pbs-01.local",
    "path": HERE,
    "target_path": f"{HERE}/there.tar",
    "link_path": f"{HERE}/link",
    "mode": "750",
    "task_id": "00000000-0000-0000-0000-000000000000",
    "project": "LocalDemo",
    "content": "text",
}


def optional(tool: ListedTool) -> list[str]:
    """The arguments that may be left out."""
    schema = tool.parameters
    return [name for name in schema.get("properties", {}) if name not in schema.get("required", [])]


def required(tool: ListedTool) -> dict[str, Any]:
    """Arguments that the call can't do without."""
    names = tool.parameters.get("required", [])
    return {name: PLAUSIBLE[name] for name in names} | REQUIRED.get(tool.name, {})


@settings(max_examples=20)
@given(data=st.data())
@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_blank_is_left_out_whatever_the_type(tool: ListedTool, data: st.DataObject) -> None:
    names = optional(tool)
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True) if names else st.just([]))
    blanks = {name: data.draw(st.sampled_from(BLANK)) for name in chosen}
    assert made(tool.name).given(required(tool) | blanks) == {
        name: value for name, value in required(tool).items() if name not in blanks
    }


@settings(max_examples=20)
@given(data=st.data())
@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_what_is_not_blank_stays(tool: ListedTool, data: st.DataObject) -> None:
    said = st.one_of(st.booleans(), st.integers(), st.text(min_size=1).map(lambda text: f"x{text}"))
    arguments = {name: data.draw(said) for name in optional(tool)}
    schemas = tool.parameters.get("properties", {})
    assert made(tool.name).given(arguments) == {
        name: as_text(value) if schemas[name].get("type") == "string" else value
        for name, value in arguments.items()
    }


@pytest.mark.parametrize(("era", "blank"), [("auto", None), ("auto", "\u00a0\n"), ("legacy", "")], ids=repr)
@pytest.mark.parametrize("profile", ["full"])
async def test_calls_with_and_without_blanks_ask_the_facility_the_same(
    connect: Connect, local: LocalFacility, era: Era, blank: Any
) -> None:
    """Every tool, through a client: the requests that arrive, and the questions."""
    async with connect(era=era, answer=DECLINE, toolsets="extended") as assistant:
        for tool in TOOLS:
            if tool.name in ("sign_in", "submit_job"):  # one asks for a sign-in, the other has its own tests
                continue
            await asked_by(assistant, local, tool, {})  # what this call learns is not requested again
            without = await asked_by(assistant, local, tool, {})
            assert await asked_by(assistant, local, tool, dict.fromkeys(optional(tool), blank)) == without


async def asked_by(
    assistant: Assistant, local: LocalFacility, tool: ListedTool, more: dict[str, Any]
) -> tuple[set[str], list[str]]:
    """What a call asks the facility and the user."""
    local.faults.requests.clear()
    assistant.questions.clear()
    await assistant.call(tool.name, **required(tool), **more)
    asked = {f"{seen.method} {seen.path}" for seen in local.faults.requests if "/task/" not in seen.path}
    return asked, [question.rpartition("(Question ")[0] for question in assistant.questions]
