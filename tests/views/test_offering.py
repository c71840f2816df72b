"""Clients that draw views are told of them and read their pages; for all others nothing is there."""

import re
import time
from typing import Any

import pytest
from mcp import MCPError
from mcp.client.extension import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from mcp.types import TextResourceContents

from alcf_mcp.config import Settings
from alcf_mcp.journal import Journal
from alcf_mcp.server import build_server
from alcf_mcp.tools.catalog import GROUPS
from alcf_mcp.tools.results import DRAWN
from alcf_mcp.views.catalog import VIEWS
from tests.conftest import Assistant, Connect, Era
from tests.views.conftest import DRAWS
from tests.views.drawing import wire

VIEW_OF = {tool: view.uri for view in VIEWS for tool in view.tools}


async def tools_listed(assistant: Assistant) -> list[dict[str, Any]]:
    listed = await assistant.client.list_tools()
    return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed.tools]


async def uris_listed(assistant: Assistant) -> set[str]:
    return {resource.uri for resource in (await assistant.client.list_resources()).resources}


async def test_a_client_without_views_is_told_of_none(connect: Connect, era: Era) -> None:
    defined = await build_server(Settings.model_construct(toolsets=("extended",))).list_tools()
    async with connect(era=era, toolsets=("extended",)) as assistant:
        listed = await tools_listed(assistant)
        assert listed == [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in defined]
        assert {tool["name"] for tool in listed} == GROUPS.keys()
        assert not any("_meta" in tool for tool in listed)
        assert not any(uri.startswith("ui:") for uri in await uris_listed(assistant))


async def test_a_client_that_draws_another_kind_of_page_is_told_of_none(connect: Connect, era: Era) -> None:
    async with connect(era=era, extensions=[advertise(EXTENSION_ID, {"mimeTypes": ["text/x"]})]) as assistant:
        assert not any("_meta" in tool for tool in await tools_listed(assistant))


async def test_a_client_that_draws_views_is_told_which_tool_has_which(connect: Connect, era: Era) -> None:
    async with connect(era=era, toolsets=("extended",)) as assistant:
        without = await tools_listed(assistant)
    async with connect(era=era, toolsets=("extended",), extensions=DRAWS) as assistant:
        listed = await tools_listed(assistant)
        told = {tool["name"]: tool.pop("_meta")["ui"] for tool in listed if "_meta" in tool}
        assert told == {tool: {"resourceUri": uri} for tool, uri in VIEW_OF.items()}
        assert listed == without
        assert {view.uri for view in VIEWS} <= await uris_listed(assistant)


async def test_each_page_can_be_read(connect: Connect, era: Era) -> None:
    async with connect(era=era, extensions=DRAWS) as assistant:
        for view in VIEWS:
            (page,) = (await assistant.client.read_resource(view.uri)).contents
            assert isinstance(page, TextResourceContents)
            assert page.mime_type == APP_MIME_TYPE
            assert page.text.startswith("<!doctype html>")
            # No domain and no permission: the strictest policy that there is suffices.
            assert page.meta == {"ui": {"prefersBorder": True}}


async def test_there_is_no_other_page(connect: Connect, era: Era) -> None:
    async with connect(era=era, extensions=DRAWS) as assistant:
        with pytest.raises(MCPError, match="Unknown resource"):
            await assistant.client.read_resource("ui://alcf/page.html")


async def test_views_of_tools_that_are_not_offered_are_not_either(connect: Connect) -> None:
    async with connect(toolsets=("tasks",), extensions=DRAWS) as assistant:
        assert not any(uri.startswith("ui:") for uri in await uris_listed(assistant))
        with pytest.raises(MCPError, match="Unknown resource"):
            await assistant.client.read_resource("ui://alcf/jobs.html")


async def test_a_page_calls_only_what_is_offered_by_the_names_at_the_wire(connect: Connect, era: Era) -> None:
    async with connect(era=era, extensions=DRAWS, tool_prefix="alcf_", read_only=True) as assistant:
        listed = {tool["name"]: tool.get("_meta") for tool in await tools_listed(assistant)}
        assert listed["alcf_list_jobs"] == {"ui": {"resourceUri": "ui://alcf/jobs.html"}}
        (page,) = (await assistant.client.read_resource("ui://alcf/jobs.html")).contents
        assert isinstance(page, TextResourceContents)
        assert '"prefix":"alcf_","tools":["list_jobs","get_job","get_job_output"]' in page.text


async def test_the_server_says_that_it_has_views(connect: Connect, era: Era) -> None:
    async with connect(era=era, extensions=DRAWS) as assistant:
        capabilities = assistant.client.server_capabilities
        assert capabilities and capabilities.extensions == {EXTENSION_ID: {}}


async def test_a_client_may_draw_views_without_saying_so(connect: Connect, era: Era, directory: str) -> None:
    async with connect(era=era, toolsets=("extended",), views="all") as assistant:
        told = {
            tool["name"]: tool["_meta"]["ui"] for tool in await tools_listed(assistant) if "_meta" in tool
        }
        assert told.keys() == VIEW_OF.keys()
        assert (await wire(assistant, "list_jobs", {}))["_meta"][DRAWN]["jobs"] == {}


async def test_views_can_be_done_without(connect: Connect, era: Era) -> None:
    async with connect(era=era, views="none", extensions=DRAWS) as assistant:
        assert not any("_meta" in tool for tool in await tools_listed(assistant))
        assert not any(uri.startswith("ui:") for uri in await uris_listed(assistant))
        assert DRAWN not in (await wire(assistant, "list_jobs", {})).get("_meta", {})
        capabilities = assistant.client.server_capabilities
        assert capabilities and not capabilities.extensions
        with pytest.raises(MCPError, match="Unknown resource"):
            await assistant.client.read_resource("ui://alcf/jobs.html")


async def test_figures_for_a_view_are_sent_only_to_clients_that_draw_it(
    connect: Connect, era: Era, directory: str
) -> None:
    job = {"resource": "polaris", "script": "true", "account": "LocalDemo", "queue": "debug", "name": "relax"}
    async with connect(era=era, extensions=DRAWS) as assistant:
        submitted = await wire(assistant, "submit_job", {**job, "directory": directory, "walltime": "10m"})
        job_id = submitted["structuredContent"]["job_id"]
        assert submitted["_meta"][DRAWN]["jobs"][job_id]["walltime"] == 600
        for tool, arguments in {
            "wait_for_job": {"job_id": job_id},
            "get_job": {"job_id": job_id},
            "list_jobs": {"include_finished": True},
        }.items():
            with_figures = await wire(assistant, tool, arguments)
            drawn = with_figures.pop("_meta")[DRAWN]
            times = drawn["jobs"][job_id]
            assert times["submitted"] <= times["ended"] <= drawn["at"]
            async with connect(era=era) as other:
                without = await wire(other, tool, arguments)
                assert DRAWN not in without.pop("_meta", {})
                assert without == with_figures


async def test_figures_of_a_directory_are_for_its_view_alone(
    connect: Connect, era: Era, directory: str
) -> None:
    async with connect(era=era, extensions=DRAWS) as assistant:
        await assistant.do("make_directory", path=f"{directory}/inner")
        with_figures = await wire(assistant, "list_directory", {"path": directory})
        drawn = with_figures.pop("_meta")[DRAWN]
        assert {**drawn, "at": 0} == {"directories": 1, "largest": 0, "at": 0}
    async with connect(era=era) as other:
        without = await wire(other, "list_directory", {"path": directory})
        assert DRAWN not in without.pop("_meta", {})
        assert without == with_figures


async def test_a_question_is_drawn_only_by_clients_that_draw_views(
    connect: Connect, era: Era, directory: str
) -> None:
    asked = {"path": directory, "mode": "700"}
    async with connect(era=era, extensions=DRAWS) as assistant:
        with_figures = await wire(assistant, "chmod", asked)
        drawn = with_figures.pop("_meta")[DRAWN]["asked"]
        assert drawn["question"] == "Change the mode?"
        ((what, _, after),) = drawn["changes"]
        assert (what, after) == ("directory mode", "700")
        assert with_figures["structuredContent"]["confirmation"] not in str(drawn)
    async with connect(era=era) as other:
        without = await wire(other, "chmod", asked)
        assert DRAWN not in without.pop("_meta", {})
        assert without["structuredContent"].keys() == with_figures["structuredContent"].keys()


async def test_how_fast_allocations_are_used_is_sent_only_to_clients_that_draw_it(
    connect: Connect, era: Era, journal: Journal
) -> None:
    async with connect(era=era, extensions=DRAWS) as assistant, connect(era=era) as other:
        listed = await wire(assistant, "list_projects", {})
        (first, *_) = listed["_meta"][DRAWN]["projects"].values()
        assert first == [{}, {}, {}]
        month_ago = time.time() - 30 * 86400
        await journal.store.run(
            lambda db: db.execute("UPDATE usage SET seen_at = ?, used = used - 300", (month_ago,))
        )
        for tool, arguments in {"list_projects": {}, "get_project": {"project": "LocalDemo"}}.items():
            with_figures = await wire(assistant, tool, arguments)
            drawn = with_figures.pop("_meta")[DRAWN]["projects"]
            polaris = next(iter(drawn.values()))[0]
            assert (polaris["per_day"], polaris["days"]) == (10, 30)
            assert (polaris["seen"][0][1], polaris["seen"][-1][1]) == (-300, 0)
            without = await wire(other, tool, arguments)
            assert DRAWN not in without.pop("_meta", {})
            assert without == with_figures


async def test_what_machines_do_is_sent_in_figures_only_to_clients_that_draw_it(
    connect: Connect, era: Era
) -> None:
    async with connect(era=era, extensions=DRAWS) as assistant, connect(era=era) as other:
        for tool, arguments in {"list_resources": {}, "get_resource": {"resource": "crux"}}.items():
            with_figures = await wire(assistant, tool, arguments)
            drawn = with_figures.pop("_meta")[DRAWN]
            if tool == "get_resource":
                assert drawn["machine"]["nodes"] == {"free": 4}
            else:
                idle = {"nodes_in_use": 0, "nodes_free": 4, "nodes_down": 0, "running": 0, "queued": 0}
                assert idle in drawn["machines"].values()
            without = await wire(other, tool, arguments)
            assert DRAWN not in without.pop("_meta", {})
            assert _timeless(without) == _timeless(with_figures)


def _timeless(result: dict[str, Any]) -> dict[str, Any]:
    """An answer without when it was looked at, which differs by a second between two looks."""
    (block,) = result["content"]
    facts = result["structuredContent"]
    facts["now"] = {name: value for name, value in facts.get("now", {}).items() if name != "as_of"}
    text = re.sub(r"as of [^\n]*", "", block["text"])
    return result | {"content": [block | {"text": text}]}
