"""The tool definitions that clients see are true, complete and small."""

import json
import re
from typing import Any

import pytest
from mcp.types import Tool

from alcf_mcp.config import Settings, load_settings
from alcf_mcp.server import INSTRUCTIONS, build_server
from alcf_mcp.tools.catalog import CATALOG, CORE, GROUPS
from alcf_mcp.tools.listed_tool import offered
from alcf_mcp.tools.tool import Risk, spec_of
from tests.conftest import Connect

TOOLS = {
    "list_resources": Risk.READS,
    "get_resource": Risk.READS,
    "get_facility": Risk.READS,
    "list_incidents": Risk.READS,
    "submit_job": Risk.CHANGES,
    "list_jobs": Risk.READS,
    "get_job": Risk.READS,
    "wait_for_job": Risk.READS,
    "get_job_output": Risk.READS,
    "update_job": Risk.DESTROYS,
    "cancel_job": Risk.DESTROYS,
    "list_directory": Risk.READS,
    "make_directory": Risk.CHANGES,
    "view_file": Risk.READS,
    "head_file": Risk.READS,
    "tail_file": Risk.READS,
    "chmod": Risk.DESTROYS,
    "chown": Risk.DESTROYS,
    "remove_path": Risk.DESTROYS,
    "get_task": Risk.READS,
    "list_tasks": Risk.READS,
    "list_projects": Risk.READS,
    "get_project": Risk.READS,
    "auth_status": Risk.READS,
    "sign_in": Risk.READS,
    "stat_path": Risk.READS,
    "file_type": Risk.READS,
    "checksum_file": Risk.READS,
    "download_file": Risk.READS,
    "copy_path": Risk.DESTROYS,
    "move_path": Risk.DESTROYS,
    "symlink_path": Risk.CHANGES,
    "compress_path": Risk.DESTROYS,
    "extract_archive": Risk.DESTROYS,
    "upload_file": Risk.DESTROYS,
    "cancel_task": Risk.DESTROYS,
    "list_capabilities": Risk.READS,
    "list_user_allocations": Risk.READS,
}
WITHOUT_OUTPUT_SCHEMA = {"view_file", "head_file", "tail_file", "get_job_output", "download_file"}

SEEN_BY_MODELS = 15_000
SEEN_BY_SMALL_MODELS = 7_500
WHOLE = 35_000


@pytest.fixture
async def tools() -> dict[str, Tool]:
    """All tools, including those that are offered only on request."""
    settings = Settings.model_construct(toolsets=("extended",))
    return {tool.name: tool for tool in await build_server(settings).list_tools()}


def size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def test_these_tools_exist_with_these_risks() -> None:
    assert {name: spec_of(name).risk for name in GROUPS} == TOOLS


async def test_annotations_follow_from_the_risk(tools: dict[str, Tool]) -> None:
    for name, tool in tools.items():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is (TOOLS[name] is Risk.READS)
        assert tool.annotations.destructive_hint is (TOOLS[name] is Risk.DESTROYS)
        assert tool.annotations.open_world_hint is (name != "auth_status")


async def test_only_what_may_be_repeated_is_called_idempotent(tools: dict[str, Tool]) -> None:
    once = {name for name, tool in tools.items() if tool.annotations and not tool.annotations.idempotent_hint}
    assert once == {"submit_job", "make_directory", "copy_path", "move_path", "symlink_path"}


async def test_every_tool_and_argument_is_described(tools: dict[str, Tool]) -> None:
    for tool in tools.values():
        assert tool.title
        assert tool.description
        assert (tool.output_schema is None) == (tool.name in WITHOUT_OUTPUT_SCHEMA)
        for name, schema in tool.input_schema.get("properties", {}).items():
            described = schema.get("description") or schema["anyOf"][0].get("description")
            assert described, f"{tool.name}.{name}"


async def test_guarded_tools_and_only_they_take_a_confirmation(tools: dict[str, Tool]) -> None:
    for name, tool in tools.items():
        asked = "confirmation" in tool.input_schema.get("properties", {})
        assert asked is (TOOLS[name] is Risk.DESTROYS or name == "submit_job"), name


async def test_what_the_server_fills_in_is_hidden(tools: dict[str, Tool]) -> None:
    hidden = {
        "answer",
        "facility",
        "app",
        "call_context",
        "guard_preview",
        "guard_answer",
        "request",
        "changes",
    }
    for tool in tools.values():
        assert not hidden & tool.input_schema.get("properties", {}).keys()


async def test_definitions_stay_small() -> None:
    tools = await build_server(Settings.model_construct()).list_tools()
    seen = [[t.name, t.description, t.input_schema] for t in tools]
    assert size(seen) <= SEEN_BY_MODELS
    assert size([t.model_dump(mode="json", by_alias=True, exclude_none=True) for t in tools]) <= WHOLE


def test_the_catalog_lists_every_tool_in_the_group_of_its_module() -> None:
    assert {name: group for group, names in CATALOG.items() for name in names} == {
        name: spec_of(name).group for name in GROUPS
    }


def test_read_only_offers_nothing_that_changes() -> None:
    assert {TOOLS[listed.name] for listed in offered(load_settings(read_only=True))} == {Risk.READS}


def test_groups_are_chosen_by_name() -> None:
    chosen = {listed.name for listed in offered(load_settings(toolsets="tasks,session"))}
    assert chosen == {"get_task", "list_tasks", "auth_status", "sign_in"}


def test_small_models_get_what_a_job_needs_from_its_script_to_its_output() -> None:
    core = {listed.name: listed for listed in offered(load_settings(toolsets="core"))}
    seen = [(tool.name, tool.description, tool.parameters) for tool in core.values()]
    assert size(seen) <= SEEN_BY_SMALL_MODELS
    assert len(core) <= 12
    assert core.keys() >= {"auth_status", "submit_job", "wait_for_job", "get_job_output", "list_directory"}


async def test_arguments_that_are_not_listed_exist_and_are_optional(tools: dict[str, Tool]) -> None:
    for name, unlisted in CORE.items():
        schema = tools[name].input_schema
        assert set(unlisted) <= set(schema["properties"]) - set(schema.get("required", ())), name


async def test_arguments_are_accepted_whether_listed_or_not(connect: Connect, directory: str) -> None:
    async with connect(toolsets="core") as assistant:
        (submit,) = [
            tool for tool in (await assistant.client.list_tools()).tools if tool.name == "submit_job"
        ]
        assert "executable" not in submit.input_schema["properties"]
        job = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "directory": directory}
        preview = await assistant.do("submit_job", executable="/bin/date", dry_run=True, **job)
        assert preview["request"]["executable"] == "/bin/date"


def test_a_toolset_that_holds_a_tool_lists_all_its_arguments() -> None:
    tools = {listed.name: listed for listed in offered(load_settings(toolsets="core,compute"))}
    assert "executable" in tools["submit_job"].parameters["properties"]
    assert "recursive" not in tools["list_directory"].parameters["properties"]


def test_what_alcf_has_not_got_yet_comes_on_top_of_what_else_is_chosen() -> None:
    def names(toolsets: str) -> set[str]:
        return {listed.name for listed in offered(load_settings(toolsets=toolsets))}

    extended = set(CATALOG["extended"])
    assert not names("default") & extended
    assert names("extended") == names("default,extended") == names("default") | extended == set(TOOLS)
    assert names("tasks,extended") == {"get_task", "list_tasks"} | extended


def test_the_instructions_are_short_and_name_real_tools() -> None:
    assert len(INSTRUCTIONS.split()) < 300
    named = set(re.findall(r"\b(?:get|list|submit|cancel|update|wait_for|remove)_\w+", INSTRUCTIONS))
    assert named <= TOOLS.keys()
