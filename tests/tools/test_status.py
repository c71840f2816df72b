"""The facility and its resources, as an assistant sees them."""

import time
from dataclasses import replace
from datetime import datetime

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


async def test_looks_at_the_status_are_no_incidents(assistant: Assistant) -> None:
    answered = await assistant.call("list_incidents")
    assert answered.facts["summary"] == "2 incidents: 1 planned, 1 over"
    assert answered.facts["note"] == (
        "6 looks at the status of resources, which the facility also records as incidents, are left out."
    )
    assert "activity fetch" not in answered.text
    assert "affected_now" not in answered.facts or not answered.facts["affected_now"]


async def test_what_is_down_is_told_first_and_until_when(local: LocalFacility, assistant: Assistant) -> None:
    said = "maintenance with expected end on August 25, 2099 at 10:00 PM UTC"
    await local.condition.set_status("Polaris", "degraded", said="half of its nodes are offline")
    await local.condition.set_status("Crux", "down", said=said)
    answered = await assistant.call("list_incidents")
    crux, polaris = answered.facts["affected_now"]
    assert (crux["resource"], crux["status"], crux["reason"]) == ("Crux", "down", said)
    assert crux["expected_end"].startswith("2099-08-25T22:00")
    assert (polaris["resource"], polaris["status"]) == ("Polaris", "degraded")
    first, second, *_ = answered.text.splitlines()
    assert first.startswith("Crux is down since 2")
    assert f", expected to end 2099-08-25 22:00 UTC: {said}" in first
    assert second.endswith(": half of its nodes are offline")
    only = await assistant.do("list_incidents", resource="polaris")
    assert [one["resource"] for one in only["affected_now"]] == ["Polaris"]


async def test_an_incident_that_goes_on_says_why_a_resource_is_down(
    local: LocalFacility, assistant: Assistant
) -> None:
    end = time.time() + 3600
    cut = await local.condition.add_incident("Power cut", ["Crux"], start=time.time() - 60, end=end)
    await local.condition.set_status("Crux", "down", incident_id=cut)
    answered = await assistant.call("list_incidents")
    (crux,) = answered.facts["affected_now"]
    assert crux["reason"] == "Crux is down"
    assert datetime.fromisoformat(crux["expected_end"]).timestamp() == pytest.approx(end, abs=1)
    assert answered.facts["incidents"][0]["name"] == "Power cut"


async def test_incidents_are_told_though_the_status_of_resources_is_not(
    local: LocalFacility, assistant: Assistant
) -> None:
    local.faults.add(Fault(path=r"/status/resources$", status=501, body="{}", times=None))
    assert (await assistant.do("list_incidents"))["summary"].startswith("2 incidents")


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
