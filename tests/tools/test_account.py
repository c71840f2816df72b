"""Projects and what is left of their allocations."""

from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Assistant


async def test_projects_are_the_accounts_of_jobs(assistant: Assistant) -> None:
    facts = await assistant.do("list_projects")
    assert "LocalDemo" in {project["name"] for project in facts["projects"]}
    assert (await assistant.do("list_projects", name="tiny"))["projects"][0]["name"] == "LocalTiny"


async def test_a_project_tells_what_is_left(assistant: Assistant) -> None:
    answered = await assistant.call("get_project", project="localdemo")
    grants = {(grant["unit"], grant["granted"]) for grant in answered.facts["allocations"]}
    assert ("node_hours", 1000.0) in grants
    assert "1,000 of 1,000 node hours left (0 % used)" in answered.text


async def test_a_project_is_shown_though_its_allocations_are_not_told(
    local: LocalFacility, assistant: Assistant
) -> None:
    local.faults.add(Fault(path="project_allocations", status=501, body='{"detail": "not yet"}'))
    facts = await assistant.do("get_project", project="LocalDemo")
    assert "not yet" in facts["note"]
