"""With a prefix, clients see it in every tool name, and text from others stays unchanged."""

from pathlib import Path

import pytest

from alcf_mcp.config import SettingsError, load_settings
from alcf_mcp.journal import Journal
from alcf_mcp.tools.catalog import NAMES
from alcf_mcp.tools.listed_tool import offered
from tests.conftest import Assistant, Connect, Era, agree

HERE = "/eagle/LocalDemo"
JOB = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "directory": HERE}


async def test_tools_are_listed_and_called_by_their_prefixed_names(
    connect: Connect, era: Era, journal: Journal
) -> None:
    async with connect(era=era, tool_prefix="alcf_", answer=agree) as assistant:
        tools = {tool.name: tool for tool in (await assistant.client.list_tools()).tools}
        assert tools.keys() == {f"alcf_{tool.name}" for tool in offered(load_settings())}
        await assistant.do("alcf_make_directory", path=f"{HERE}/x")
        removed = await assistant.call("alcf_remove_path", path=f"{HERE}/x")
        assert removed.facts["removed"]
    assert [action.tool for action in journal.actions.history(limit=5)] == ["remove_path", "make_directory"]


async def test_the_instructions_say_so_once_and_prose_keeps_the_plain_names(
    connect: Connect, era: Era
) -> None:
    async with connect(era=era, tool_prefix="x_") as assistant:
        instructions = assistant.client.instructions or ""
        assert instructions.count("x_submit_job") == 1
        assert "every tool name begins with x_" in instructions
        unknown = await assistant.call("x_get_job", job_id="7")
        assert unknown.error["next_step"].startswith("list_jobs shows yours")


async def test_what_others_wrote_stays_as_it_is(connect: Connect, tmp_path: Path) -> None:
    path = f"{HERE}/submit_job"
    async with connect(tool_prefix="x_") as assistant:
        text = "chmod 750 a; then wait_for_job with patience\n"
        (tmp_path / "local" / "tree" / path.strip("/")).write_text(text)
        assert text in (await assistant.call("x_view_file", path=path)).text
        script = "chmod 750 a; list_jobs with b"
        dry = await assistant.call("x_submit_job", script=script, name="cancel_job", dry_run=True, **JOB)
        assert script in dry.text
        assert dry.facts["name"] == "cancel_job"


async def test_without_a_prefix_nothing_is_translated(assistant: Assistant) -> None:
    assert {tool.name for tool in (await assistant.client.list_tools()).tools} <= NAMES


@pytest.mark.parametrize("prefix", ["ALCF_", "alcf-", "a" * 17, "a b"])
def test_a_prefix_that_no_client_takes_is_refused(prefix: str) -> None:
    with pytest.raises(
        SettingsError, match=r"ALCF_MCP_TOOL_PREFIX .*at most 16 characters from a-z, 0-9 and _"
    ):
        load_settings(tool_prefix=prefix)
