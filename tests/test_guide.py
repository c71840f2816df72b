"""The guide's pages are short, dated and sourced, and name tools and templates that exist."""

import re
from collections.abc import Iterator

import pytest

from alcf_mcp.config import load_settings
from alcf_mcp.data import read_all
from alcf_mcp.facility.alcf.templates import list_templates
from alcf_mcp.guide import GuidePage, list_pages, read_page
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.prompt_files import load_prompt_files, prompts_directory
from alcf_mcp.server import build_server


def test_there_is_a_page_for_every_topic() -> None:
    topics = [page.topic for page in list_pages()]
    assert topics == ["errors", "filesystems", "job-scripts", "queues", "sign-in"]


@pytest.mark.parametrize("page", list_pages(), ids=lambda page: page.topic)
def test_a_page_says_its_date_and_sources(page: GuidePage) -> None:
    assert re.fullmatch(r"20\d\d-\d\d", page.as_of)
    assert page.sources
    assert all(source.startswith("https://") for source in page.sources)
    assert page.text.startswith(f"# {page.title}\n")


def test_pages_are_short() -> None:
    assert {
        topic: text.count("\n") for topic, text in read_all("guide", ".md") if text.count("\n") >= 60
    } == {}


def test_the_page_about_queues_has_their_tables() -> None:
    text = read_page(" Queues ").text
    assert "| debug-scaling | 1-10 | 5 min to 1 h |" in text
    assert "{queue_tables}" not in text


def test_an_unknown_topic_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InvalidCall) as refused:
        read_page("weather")
    assert "queues" in refused.value.hint


async def test_pages_and_prompts_name_tools_arguments_and_templates_that_exist() -> None:
    known = {template.name for template in list_templates()}
    for tool in await build_server(load_settings()).list_tools():
        known |= {tool.name, *tool.input_schema.get("properties", {})}
    known.add("https_proxy")  # the one environment variable in lower case
    for name, text in _texts():
        tools_and_arguments = re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text)
        templates = re.findall(r"`((?:polaris|crux)-[a-z-]+)`", text)
        assert {*tools_and_arguments, *templates} <= known, name


def _texts() -> Iterator[tuple[str, str]]:
    for page in list_pages():
        yield page.topic, page.text
    for file in load_prompt_files():
        yield file.prompt.name, (prompts_directory() / f"{file.prompt.name}.md").read_text()
