"""Every model API takes the tools' definitions, and every client takes their errors."""

import re
import tomllib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from alcf_mcp.local import Fault, LocalFacility
from alcf_mcp.tools.catalog import GROUPS
from alcf_mcp.tools.listed_tool import ListedTool
from tests.conftest import Assistant, Connect
from tests.tools.test_blank import required

_DATA = tomllib.loads(Path(__file__).with_name("model_apis.toml").read_text())
APIS = {name: api for name, api in _DATA.items() if isinstance(api, dict)}
TOOLS = [ListedTool.of(name, group) for name, group in GROUPS.items()]
LARGEST = 2**53 - 1

by_tool = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)


def schemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and all that are within it."""
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    inner += [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    for child in inner:
        yield from schemas(child)


@by_tool
@pytest.mark.parametrize("api", APIS)
def test_a_definition_is_within_what_the_api_documents(tool: ListedTool, api: str) -> None:
    subset = APIS[api]
    assert re.fullmatch(subset["name"], tool.name)
    assert len(tool.description or "") <= subset.get("longest_description", 10_000)
    for schema in schemas(tool.parameters):
        assert schema.keys() <= set(subset["keywords"])
        assert schema.get("type") in subset["types"] or "anyOf" in schema
        if schema is not tool.parameters and schema.get("type") == "object":
            assert schema.get("properties"), "an object whose names the caller chooses"


@by_tool
def test_integers_are_bounded_by_what_json_keeps_exact(tool: ListedTool) -> None:
    for schema in schemas(tool.parameters):
        if schema.get("type") in ("integer", "number"):
            assert -LARGEST <= schema["minimum"] <= schema["maximum"] <= LARGEST


@by_tool
def test_an_optional_argument_may_be_empty(tool: ListedTool) -> None:
    for name, schema in tool.parameters.get("properties", {}).items():
        if name not in tool.parameters.get("required", []):
            assert not schema.keys() & {"minLength", "minItems", "minProperties"}


@by_tool
def test_what_has_neither_a_default_nor_an_empty_form_may_be_null(tool: ListedTool) -> None:
    """In OpenAI's strict mode, a model gives every argument."""
    for name, schema in tool.parameters.get("properties", {}).items():
        if name in tool.parameters.get("required", []) or "(default" in schema.get("description", ""):
            continue
        empty = schema.get("type") in ("string", "array", "boolean") and "enum" not in schema
        assert empty or {"type": "null"} in schema.get("anyOf", ()) or _starts_at_zero(schema), name


def _starts_at_zero(schema: dict[str, Any]) -> bool:
    """Its default is zero, which the description leaves out."""
    return schema.get("minimum") == 0


@pytest.fixture(params=["auto", "legacy"])
async def assistant(request: pytest.FixtureRequest, connect: Connect) -> AsyncIterator[Assistant]:
    """One that can't be asked, so that guarded calls are answered with a preview."""
    async with connect(era=request.param, toolsets="default,extended") as connected:
        yield connected


async def answers(assistant: Assistant, local: LocalFacility, tool: ListedTool) -> AsyncIterator[Any]:
    """What the tool answers when something is wrong: the arguments, the target, the facility."""
    client = assistant.client
    yield await client.session.call_tool(tool.name, {"no_such_argument": 1})
    yield await client.session.call_tool(tool.name, dict.fromkeys(tool.parameters.get("required", ()), "\n"))
    yield await client.session.call_tool(tool.name, required(tool))
    local.faults.add(Fault(status=500, body={"detail": "An unexpected error occurred."}, times=None))
    yield await client.session.call_tool(tool.name, required(tool))
    local.faults.clear()


async def test_no_answer_contradicts_the_output_schema(assistant: Assistant, local: LocalFacility) -> None:
    """Several clients hold an error, too, against the schema of results, and drop what does not fit."""
    wrong: list[tuple[str, str]] = []
    for tool in TOOLS:
        if tool.name == "sign_in":
            continue
        async for answer in answers(assistant, local, tool):
            if tool.output_schema and answer.structured_content is not None:
                found = Draft202012Validator(tool.output_schema).iter_errors(answer.structured_content)
                wrong += [(tool.name, error.message) for error in found]
    assert not wrong


@by_tool
def test_no_field_of_a_result_has_the_name_of_an_error_s(tool: ListedTool) -> None:
    assert not (tool.output_schema or {}).get("properties", {}).keys() & {"error", "preview", "confirmation"}
