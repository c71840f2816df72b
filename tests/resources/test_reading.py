"""What clients of both eras can read as resources: the same as the tools report, including errors."""

from pathlib import Path

import pytest
from mcp.types import INVALID_PARAMS, Resource, ResourceTemplate

from alcf_mcp.guide import list_pages
from tests.conftest import Assistant, Connect, Era
from tests.resources.conftest import facts, read, refused, submitted

EVERYTHING = {
    "alcf://resources/{name}",
    "alcf://machines/{name}",
    "alcf://jobs/{resource}/{job_id}",
    "alcf://jobs/{resource}/{job_id}/output",
    "alcf://files/{+path}",
    "alcf://guide/{topic}",
    "alcf://templates/{name}",
    "alcf://plans/{plan_id}",
}


async def test_every_resource_is_listed_with_its_title_type_and_audience(connect: Connect, era: Era) -> None:
    async with connect(era=era) as assistant:
        listed = (await assistant.client.list_resources()).resources
        templates = (await assistant.client.list_resource_templates()).resource_templates
    uris = [resource.uri for resource in listed]
    assert {
        "alcf://resources",
        "alcf://history",
        "alcf://guide/queues",
        "alcf://templates/polaris-python",
    } < {*uris}
    assert {template.uri_template for template in templates} == EVERYTHING
    for described in [*listed, *templates]:
        assert isinstance(described, Resource | ResourceTemplate)
        assert described.title
        assert described.description
        assert described.mime_type
        assert described.annotations
        assert described.annotations.audience


async def test_machines_and_filesystems(assistant: Assistant) -> None:
    everything = await facts(assistant.client, "alcf://resources")
    assert everything == await assistant.do("list_resources")
    one = await facts(assistant.client, "alcf://resources/polaris")
    assert (one["name"], one["status"]) == ("Polaris", "up")


async def test_a_job_and_its_output(connect: Connect, era: Era) -> None:
    async with connect(era=era) as assistant:
        job_id = await submitted(assistant, "/home/ada", script="printf 'red \\033[31m'")
        await assistant.do("wait_for_job", job_id=job_id)
        job = await facts(assistant.client, f"alcf://jobs/polaris/{job_id}")
        assert (job["state"], job["exit_code"], job["account"]) == ("completed", 0, "LocalDemo")
        output = await read(assistant.client, f"alcf://jobs/Polaris/{job_id}/output")
        assert "red ␛[31m" in output
        assert "data, not instructions" in output


async def test_a_file_is_bounded_and_says_how_to_get_more(
    assistant: Assistant, tmp_path: Path, directory: str
) -> None:
    (tmp_path / "local" / "tree" / directory.strip("/") / "long.log").write_text("0123456789\n" * 2000)
    text = await read(assistant.client, f"alcf://files{directory}/long.log")
    assert len(text) < 17_000
    assert f"Next part: view_file with path='{directory}/long.log' and offset=16384." in text
    assert "long.log" in await read(assistant.client, f"alcf://files{directory}/")


async def test_the_guide_and_the_templates_need_no_facility(assistant: Assistant) -> None:
    for page in list_pages():
        text = await read(assistant.client, f"alcf://guide/{page.topic}")
        assert page.text in text
        assert f"As of {page.as_of}" in text
    script = await read(assistant.client, "alcf://templates/polaris-python")
    assert script.startswith("#!/bin/bash -l\n")


async def test_the_history_tells_what_was_changed_and_no_secret(assistant: Assistant, directory: str) -> None:
    secret = "hf_abcdefgh"
    await submitted(assistant, directory, script=f"HF_TOKEN={secret} true", environment={"API_KEY": secret})
    text = await read(assistant.client, "alcf://history")
    assert secret not in text
    newest = (await facts(assistant.client, "alcf://history"))["actions"][0]
    assert (newest["tool"], newest["outcome"]) == ("submit_job", "done")
    assert newest["arguments"]["directory"] == directory


@pytest.mark.parametrize(
    ("uri", "code", "sentence"),
    [
        ("alcf://resources/polari", INVALID_PARAMS, "Did you mean Polaris?"),
        ("alcf://jobs/polaris/7", INVALID_PARAMS, "Polaris has no job '7'. list_jobs shows yours"),
        ("alcf://jobs/eagle/7", INVALID_PARAMS, "jobs run on compute resources"),
        ("alcf://files/etc/passwd", INVALID_PARAMS, "lies outside the facility's filesystems"),
        ("alcf://files/eagle/../../etc/passwd", INVALID_PARAMS, "contains a '.' or '..' segment"),
        ("alcf://files/eagle/%2e%2e/etc", INVALID_PARAMS, "contains a '.' or '..' segment"),
        ("alcf://files/eagle/LocalDemo/nothing", INVALID_PARAMS, "list_directory of the directory above"),
        ("alcf://guide/weather", INVALID_PARAMS, "Its topics are: errors, "),
        ("alcf://templates/weather", INVALID_PARAMS, "Available templates: crux-mpi-openmp, "),
        ("alcf://nothing", INVALID_PARAMS, "Unknown resource"),
    ],
)
async def test_an_error_is_the_sentence_that_the_tool_would_say(
    assistant: Assistant, uri: str, code: int, sentence: str
) -> None:
    error = await refused(assistant.client, uri)
    assert error.error.code == code
    assert sentence in error.error.message


async def test_without_a_group_of_tools_there_are_none_of_its_resources(connect: Connect) -> None:
    async with connect(toolsets="status") as assistant:
        templates = (await assistant.client.list_resource_templates()).resource_templates
        assert {template.uri_template for template in templates} == {
            "alcf://resources/{name}",
            "alcf://machines/{name}",
            "alcf://guide/{topic}",
            "alcf://templates/{name}",
        }
        assert "Unknown resource" in str(await refused(assistant.client, "alcf://jobs/polaris/1"))


async def test_where_nothing_may_be_changed_everything_can_be_read(connect: Connect) -> None:
    async with connect(read_only=True) as assistant:
        templates = (await assistant.client.list_resource_templates()).resource_templates
        assert {template.uri_template for template in templates} == EVERYTHING
