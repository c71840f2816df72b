"""The facility and its resources, as an assistant sees them."""

from dataclasses import replace

import pytest

from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Assistant, Connect, Era


async def test_resources_are_listed_with_counts_first(assistant: Assistant) -> None:
    answered = await assistant.call("list_resources")
    names = {resource["name"]: resource for resource in answered.facts["resources"]}
    assert names["Polaris"]["status"] == "up"
    assert names["Eagle"]["status"] == "unknown"
    assert "does not mean down" in answered.facts["note"]
    assert answered.text.startswith(answered.facts["summary"])
    assert all(name in answered.text for name in names)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"name": "pol"}, {"Polaris"}),
        ({"resource_type": "storage"}, {"Eagle", "Home"}),
        ({"name": "pol", "resource_type": "storage"}, set()),
    ],
)
async def test_filters(assistant: Assistant, arguments: dict[str, str], found: set[str]) -> None:
    facts = await assistant.do("list_resources", **arguments)
    assert {resource["name"] for resource in facts["resources"]} == found


@pytest.mark.parametrize("name", ["Polaris", "polaris", " POLARIS ", "55c1c993-1124-47f9-b823-514ba3849a9a"])
async def test_a_resource_goes_by_its_name_or_id(assistant: Assistant, name: str) -> None:
    facts = await assistant.do("get_resource", resource=name)
    assert facts["name"] == "Polaris"


async def test_an_unknown_name_is_answered_with_the_names_there_are(assistant: Assistant) -> None:
    answered = await assistant.call("get_resource", resource="polars")
    assert "Did you mean Polaris?" in answered.error["next_step"]
    assert "Crux" in answered.text


async def test_the_facility_and_its_sites(assistant: Assistant) -> None:
    facts = await assistant.do("get_facility")
    assert facts["name"]
    assert facts["sites"]


async def test_incidents_say_when_and_where(assistant: Assistant) -> None:
    answered = await assistant.call("list_incidents")
    assert {incident["when"] for incident in answered.facts["incidents"]} == {"planned", "over"}
    assert answered.facts["incidents"][0]["when"] == "planned"
    assert all(incident["resources"] for incident in answered.facts["incidents"])
    assert "Polaris" in answered.text


async def test_incidents_can_be_narrowed(assistant: Assistant) -> None:
    facts = await assistant.do("list_incidents", since="1h")
    assert {incident["when"] for incident in facts["incidents"]} == {"planned"}
    none = await assistant.call("list_incidents", resource="home")
    assert none.text == "0 incidents"


async def test_public_tools_work_in_both_eras(connect: Connect, era: Era) -> None:
    async with connect(era=era) as assistant:
        assert (await assistant.do("list_resources"))["resources"]


async def test_names_are_known_when_the_status_service_fails(
    local: LocalFacility, assistant: Assistant
) -> None:
    local.faults.add(Fault(path=r"/status/resources$", status=500, body="{}", times=50))
    await assistant.do("make_directory", path="/eagle/LocalDemo/x")


async def test_one_lookup_of_names_serves_many_calls(local: LocalFacility, assistant: Assistant) -> None:
    for _ in range(3):
        await assistant.do("list_directory", path="/eagle/LocalDemo")
    looked_up = [seen for seen in local.faults.requests if seen.path.endswith("/status/resources")]
    assert len(looked_up) == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(path="resources", status=500, body="<html>oops</html>", content_type="text/html"), "HTML"),
        (
            Fault(path="resources", status=200, body="<html>hi</html>", content_type="text/html"),
            "not the facility API's JSON",
        ),
        (
            Fault(path="resources", status=403, body="error code: 1010", content_type="text/plain"),
            "not a sign-in problem",
        ),
        (Fault(path="resources", status=200, body='{"id": 1}'), "unexpected shape"),
        (Fault(path="resources", status=503, body="", content_type="text/plain"), "HTTP 503"),
    ],
)
async def test_what_a_gateway_may_answer_is_a_sentence(
    local: LocalFacility, assistant: Assistant, fault: Fault, said: str
) -> None:
    local.faults.add(replace(fault, times=None))
    answered = await assistant.call("list_resources")
    assert answered.is_error
    assert said in answered.text
    assert "<html" not in answered.text
    assert answered.error["next_step"]
