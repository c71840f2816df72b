from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import pytest

from alcf_mcp.local.catalog import EAGLE, FACILITY_ID, POLARIS, SITE_ID
from tests.local.conftest import Api, OpenApi


async def _names(api: Api, path: str, **query: Any) -> list[str]:
    answer = await api.get(path, **query)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()]


async def test_the_facility_and_its_site(api: Api) -> None:
    facility = (await api.get("/facility")).json()
    assert facility["id"] == FACILITY_ID
    assert "local" in facility["description"] + facility["name"]
    (site,) = (await api.get("/facility/sites")).json()
    assert facility["site_uris"] == [site["self_uri"]]
    assert (await api.http.get(site["self_uri"])).json() == site
    assert (await api.get("/facility/sites", short_name="NERSC")).json() == []
    assert (await api.get("/facility/sites/x")).status_code == 404
    assert site["id"] == SITE_ID


async def test_resources_are_those_of_alcf(api: Api) -> None:
    resources = {resource["name"]: resource for resource in (await api.get("/status/resources")).json()}
    assert list(resources) == ["Polaris", "Crux", "Aurora", "Eagle", "Home"]
    assert resources["Polaris"]["id"] == POLARIS.id
    assert resources["Polaris"]["current_status"] == "up"
    assert (resources["Eagle"]["resource_type"], resources["Eagle"]["current_status"]) == (
        "storage",
        "unknown",
    )
    for resource in resources.values():
        assert (await api.http.get(resource["self_uri"])).json() == resource
        for capability in resource["capability_uris"]:
            assert (await api.http.get(capability)).status_code == 200


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"name": "Polaris"}, ["Polaris"]),
        ({"name": "polaris"}, []),
        ({"group": "crux"}, ["Crux"]),
        ({"resource_type": "storage"}, ["Eagle", "Home"]),
        ({"current_status": "up"}, ["Polaris", "Crux"]),
        ({"description": "directories"}, ["Eagle", "Home"]),
        ({"capability": ["bytes"]}, ["Eagle"]),
        ({"capability": ["bytes", "node_hours"]}, ["Polaris", "Crux", "Eagle"]),
        ({"offset": 1, "limit": 2}, ["Crux", "Aurora"]),
        ({"modified_since": "2999-01-01T00:00:00Z"}, []),
    ],
)
async def test_resources_are_filtered(api: Api, query: dict[str, Any], names: list[str]) -> None:
    assert await _names(api, "/status/resources", **query) == names


@pytest.mark.parametrize(
    "query", [{"name": ""}, {"resource_type": "x"}, {"limit": -1}, {"modified_since": "yesterday"}]
)
async def test_filters_that_are_none_are_a_400(api: Api, query: dict[str, Any]) -> None:
    answer = await api.get("/status/resources", **query)
    assert (answer.status_code, answer.json()["invalid_params"][0]["name"]) == (400, next(iter(query)))


async def _maintenances(api: Api) -> list[Any]:
    """The planned maintenance and the past one, without the looks that are recorded beside them."""
    incidents = (await api.get("/status/incidents")).json()
    return [incident for incident in incidents if not incident["name"].endswith("activity fetch")]


async def test_there_was_a_maintenance_and_there_will_be_one(api: Api) -> None:
    planned, past = await _maintenances(api)
    assert (past["resolution"], planned["resolution"]) == ("completed", "pending")
    assert past["end"] < planned["start"]
    assert await _names(api, "/status/incidents", resolution="pending") == ["Planned maintenance"]
    assert await _names(api, "/status/incidents", resource_id=POLARIS.id, type="planned") == [
        "Planned maintenance",
        *["Polaris activity fetch"] * 2,
        "Scheduled maintenance",
    ]
    assert len(past["event_uris"]) == 4
    assert (await api.http.get(past["self_uri"])).json() == past
    event = (await api.http.get(past["event_uris"][0])).json()
    assert event["incident_uri"] == past["self_uri"]
    assert len((await api.get("/status/events", incident_id=past["id"])).json()) == 4


async def test_looks_are_recorded_as_incidents_at_alcf_only(open_api: OpenApi) -> None:
    async with open_api(profile="alcf") as api:
        await api.facility.condition.set_status("Crux", "down")
        look = (await api.get("/status/incidents", name="Crux activity fetch")).json()[0]
        assert (look["status"], look["resolution"]) == ("down", "completed")
        assert 0 < datetime.fromisoformat(look["end"]).timestamp() - time.time() + 60 < 61
        (event,) = (await api.get("/status/events", incident_id=look["id"])).json()
        assert event["name"] == "Crux activity"
        assert event["description"].startswith("Crux: maintenance with expected end on ")
        assert event["incident_uri"] == look["self_uri"]
    async with open_api(profile="full") as api:
        before = (await api.get("/status/incidents")).json()
        await api.facility.condition.set_status("Crux", "up")
        assert (await api.get("/status/incidents")).json() == before


async def test_incidents_are_found_by_time(api: Api) -> None:
    planned, past = await _maintenances(api)
    assert await _names(api, "/status/incidents", **{"from": planned["start"]}) == [planned["name"]]
    assert await _names(api, "/status/incidents", to=past["end"]) == [past["name"]]
    assert await _names(api, "/status/incidents", time=past["start"]) == [past["name"]]


async def test_nothing_found_is_a_404_at_alcf_only(open_api: OpenApi) -> None:
    for profile, status in (("alcf", 404), ("full", 200)):
        async with open_api(profile=profile) as api:
            for path in ("/status/incidents", "/status/events"):
                assert (await api.get(path, resource_id=EAGLE.id)).status_code == status
            assert (await api.get("/status/incidents/x")).status_code == 404
            assert (await api.get("/status/events/x")).status_code == 404


async def test_what_happens_is_seen_and_survives(open_api: OpenApi) -> None:
    async with open_api() as api:
        await api.facility.condition.clear()
        incident = await api.facility.condition.add_incident("Power cut", ["Crux"], start=time.time() - 60)
        await api.facility.condition.set_status("Crux", "down", incident_id=incident)
    async with open_api() as api:
        (crux,) = (await api.get("/status/resources", name="Crux")).json()
        assert crux["current_status"] == "down"
        (cut,) = (await api.get("/status/incidents")).json()
        assert (cut["name"], cut["type"], cut["end"]) == ("Power cut", "unplanned", None)
        (event,) = (await api.get("/status/events")).json()
        assert cut["event_uris"] == [event["self_uri"]]
        assert await _names(api, "/status/incidents", **{"from": cut["start"]}) == ["Power cut"]
