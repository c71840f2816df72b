"""With a prefix, every tool has it wherever a client sees its name, and what others wrote stays as it is."""

from pathlib import Path

import pytest
from mcp import MCPError
from mcp.types import TextContent

from alcf_mcp.config import SettingsError, load_settings
from alcf_mcp.journal import Journal
from alcf_mcp.tools.catalog import NAMES, offered
from tests.conftest import Assistant, Connect, Era, agree
from tests.resources.conftest import read

HERE = "/eagle/LocalDemo"
JOB = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "directory": HERE}


async def test_tools_are_listed_and_called_by_their_prefixed_names(
    connect: Connect, era: Era, journal: Journal
) -> None:
    async with connect(era=era, tool_prefix="alcf_", answer=agree) as assistant:
        tools = {tool.name: tool for tool in (await assistant.client.list_tools()).tools}
        assert tools.keys() == {f"alcf_{tool.name}" for tool in offered(load_settings())}
        assert "alcf_wait_for_job" in (tools["alcf_submit_job"].description or "")
        made = await assistant.do("alcf_make_directory", path=f"{HERE}/x")
        assert made["undo"] == f"alcf_remove_path with path='{HERE}/x'"
        removed = await assistant.call("alcf_remove_path", path=f"{HERE}/x")
        assert removed.facts["removed"]
    assert [action.tool for action in journal.actions.history(limit=5)] == ["remove_path", "make_directory"]


async def test_instructions_results_and_errors_name_the_tools_with_it(connect: Connect, era: Era) -> None:
    async with connect(era=era, tool_prefix="x_", confirm="ask") as assistant:
        instructions = assistant.client.instructions or ""
        assert "x_submit_job" in instructions
        assert " submit_job" not in instructions
        job = await assistant.call("x_submit_job", script="true", **JOB)
        next_step = f"x_wait_for_job with job_id={job.facts['job_id']!r}, then x_get_job_output."
        assert job.facts["next_step"] == next_step
        assert next_step in job.text
        unknown = await assistant.call("x_get_job", job_id="7")
        assert unknown.error["next_step"].startswith("x_list_jobs shows yours")
        assert unknown.error["next_step"] in unknown.text
        wrong = await assistant.call("x_get_job", id="7")
        assert wrong.text.startswith("x_get_job was not called")
        assert "x_get_job takes: job_id (required)" in wrong.text
        preview = await assistant.call("x_chmod", path=HERE, mode="700")
        assert "call x_chmod again with the same arguments" in preview.text


async def test_resources_and_prompts_do_too(connect: Connect) -> None:
    async with connect(tool_prefix="x_") as assistant:
        client = assistant.client
        assert "`x_submit_job`" in await read(client, "alcf://guide/job-scripts")
        job_id = (await assistant.do("x_submit_job", script="true", **JOB))["job_id"]
        assert '"next_step":"x_' in await read(client, f"alcf://jobs/polaris/{job_id}")
        with pytest.raises(MCPError, match="x_list_jobs shows yours"):
            await client.read_resource("alcf://jobs/polaris/7")
        (message,) = (await client.get_prompt("check-my-jobs")).messages
        assert isinstance(message.content, TextContent)
        assert "`x_list_jobs`" in message.content.text


async def test_what_others_wrote_stays_as_it_is(connect: Connect, tmp_path: Path) -> None:
    path = f"{HERE}/submit_job"
    async with connect(tool_prefix="x_") as assistant:
        text = "chmod 750 a; then wait_for_job with patience\n"
        (tmp_path / "local" / "tree" / path.strip("/")).write_text(text * 500)
        seen = (await assistant.call("x_view_file", path=path)).text
        assert seen.count(text) > 300
        assert f"Next part: x_view_file with path='{path}'" in seen
        assert text in await read(assistant.client, f"alcf://files{path}")
        listed = await assistant.call("x_list_directory", path=HERE)
        assert "x_" not in listed.text
        script = "chmod 750 a; list_jobs with b"
        dry = await assistant.call("x_submit_job", script=script, name="cancel_job", dry_run=True, **JOB)
        assert script in dry.text
        assert dry.facts["name"] == "cancel_job"
        assert "name cancel_job," in dry.text
        assert "Call x_submit_job without dry_run" in dry.text
        assert await read(assistant.client, "alcf://templates/polaris-python")
        failed = await assistant.call("x_view_file", path=f"{HERE}/nothing")
        assert failed.error["message"].startswith("view: ")


async def test_without_a_prefix_nothing_is_translated(assistant: Assistant) -> None:
    assert {tool.name for tool in (await assistant.client.list_tools()).tools} <= NAMES


@pytest.mark.parametrize("prefix", ["ALCF_", "alcf-", "a" * 17, "a b"])
def test_a_prefix_that_no_client_takes_is_refused(prefix: str) -> None:
    with pytest.raises(SettingsError, match=r"ALCF_MCP_TOOL_PREFIX .*at most 16 of a-z, 0-9 and _"):
        load_settings(tool_prefix=prefix)
