"""What a client learns about the server before it calls anything, and how long that stays valid."""

import re

from mcp.types import ReadResourceResult

from alcf_mcp import __version__
from alcf_mcp.guide import list_pages
from alcf_mcp.server import INSTRUCTIONS
from alcf_mcp.tools.catalog import NAMES
from tests.conftest import Assistant, Connect, Era

ONE_HOUR = 3_600_000


async def test_the_server_says_who_it_is(connect: Connect, era: Era) -> None:
    async with connect(era=era) as assistant:
        info = assistant.client.server_info
        assert info
        assert (info.name, info.title, info.version) == ("alcf", "ALCF", __version__)
        assert info.website_url == "https://www.alcf.anl.gov/"
        assert assistant.client.instructions == INSTRUCTIONS


def test_the_instructions_are_short_and_name_what_there_is() -> None:
    assert len(INSTRUCTIONS.split()) < 300
    named = set(re.findall(r"\b[a-z]+_[a-z_]+\b", INSTRUCTIONS))
    assert named - {"dry_run"} <= NAMES
    topics = re.findall(r"guide/\{topic\} \((.*?)\)", INSTRUCTIONS)
    assert set(topics[0].split(", ")) == {page.topic for page in list_pages()}


async def test_what_is_listed_may_be_kept_and_what_is_read_may_not(assistant: Assistant) -> None:
    client = assistant.client
    for listed in (
        await client.list_tools(),
        await client.list_prompts(),
        await client.list_resources(),
        await client.list_resource_templates(),
    ):
        assert (listed.ttl_ms, listed.cache_scope) == (ONE_HOUR, "private")
    read = await client.read_resource("alcf://resources")
    assert isinstance(read, ReadResourceResult)
    assert not read.ttl_ms
