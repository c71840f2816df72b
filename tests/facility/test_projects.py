"""Projects, and what is left of their allocations, whatever the facility reports."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from alcf_mcp.facility import Facility, ProcessState, projects
from alcf_mcp.facility.projects import Allocation, Balance
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import Resource
from alcf_mcp.journal import Journal
from alcf_mcp.learned.usage import Amount, Rate
from alcf_mcp.local import Fault, LocalFacility

POLARIS, CRUX, EAGLE = "capabilities/p", "capabilities/c", "capabilities/e"
RESOURCES = [
    {"id": "1", "name": "Polaris", "resource_type": "compute", "capability_uris": [f"http://x/{POLARIS}"]},
    {"id": "2", "name": "Eagle", "resource_type": "storage", "capability_uris": [f"http://x/{EAGLE}/"]},
]


@pytest.fixture
async def facility(local: LocalFacility, journal: Journal) -> AsyncIterator[Facility]:
    asgi = httpx.ASGITransport(local.app)
    async with IRIClient("http://local/api/v1", token=local.token, http=asgi) as iri:
        yield Facility(ProcessState(iri, journal))


def told(local: LocalFacility, path: str, body: Any) -> None:
    local.faults.add(Fault(path=path, status=200, body=body, content_type="application/json", times=None))


def grant(capability: str, granted: float, used: float, unit: str = "node_hours") -> dict[str, Any]:
    entry = {"allocation": granted, "usage": used, "unit": unit}
    return {"id": "grant", "entries": [entry], "capability_uri": capability and f"http://x/{capability}"}


async def balances(facility: Facility) -> list[Balance]:
    return await facility.projects.balances(await facility.projects.all())


async def test_a_project_goes_by_its_name_or_id(facility: Facility) -> None:
    demo = await facility.projects.find(" localdemo ")
    assert demo.name == "LocalDemo"
    assert await facility.projects.find(demo.id) == demo
    with pytest.raises(InvalidCall, match="no project 'LocalDmo'") as refused:
        await facility.projects.find("LocalDmo")
    assert refused.value.hint == "Did you mean LocalDemo? The user's projects: LocalDemo, LocalTiny."


async def test_least_left_comes_first_and_things_go_by_their_machines(
    local: LocalFacility, facility: Facility
) -> None:
    told(local, "/status/resources$", RESOURCES)
    told(local, "/account/projects$", [{"id": id, "name": id} for id in ("Full", "Empty", "Scarce")])
    told(local, "/account/capabilities$", [{"id": "c", "name": "Crux nodes"}])
    told(local, "/Full/project_allocations", [grant(POLARIS, 100, 0)])
    told(local, "/Empty/project_allocations", [])
    scarce = [grant(CRUX, 100, 50), grant(EAGLE, 1e12, 9e11, "bytes"), grant("", 0, 0)]
    told(local, "/Scarce/project_allocations", [*scarce, grant(POLARIS, 100, 90), grant(POLARIS, 100, 106)])
    found = await balances(facility)
    assert [balance.project.name for balance in found] == ["Scarce", "Full", "Empty"]
    assert [(known.of, known.left) for known in found[0].allocations] == [
        ("Polaris", 4.0),
        ("Eagle", 1e11),
        ("Crux nodes", 50.0),
        ("grant", 0.0),
    ]
    assert found[2].least is None


async def test_two_things_of_one_machine_are_told_apart(local: LocalFacility, facility: Facility) -> None:
    both = RESOURCES[0] | {"capability_uris": ["http://x/gpu", "http://x/cpu"]}
    told(local, "/status/resources$", [both])
    told(local, "/account/capabilities$", [{"id": "gpu", "name": "GPU nodes"}, {"id": "cpu"}])
    told(local, "project_allocations", [grant("gpu", 100, 1), grant("cpu", 100, 2)])
    (demo, _) = await balances(facility)
    assert [known.of for known in demo.allocations] == ["Polaris: cpu", "Polaris: GPU nodes"]


async def test_a_project_that_does_not_answer_stands_beside_the_others(
    local: LocalFacility, facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projects, "ANSWER_SECONDS", 0.3)
    tiny = (await facility.projects.find("LocalTiny")).id
    local.faults.add(Fault(path=f"{tiny}/project_allocations", delay=5))
    demo, silent = await balances(facility)
    assert (demo.project.name, demo.untold) == ("LocalDemo", "")
    assert silent.untold.startswith("no answer within")


async def test_requests_are_bounded_and_few(
    local: LocalFacility, facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projects, "MOST_ASKED", 1)
    _, unasked = await balances(facility)
    assert unasked.untold == projects.NOT_ASKED
    paths = [request.path.rpartition("/")[2] for request in local.faults.requests]
    assert sorted(paths) == ["project_allocations", "projects", "resources"]


async def test_a_journal_that_cant_be_used_costs_the_rate_alone(
    local: LocalFacility, facility: Facility, tmp_path: Path
) -> None:
    broken = Facility(ProcessState(facility.iri, Journal.at(tmp_path / "local" / "tree")))
    demo, _ = await balances(broken)
    assert demo.allocations
    assert demo.allocations[0].rate is None


@pytest.mark.parametrize(
    ("grants", "left"),
    [
        ([], None),
        ([grant(POLARIS, 0, 0)], None),
        ([grant(CRUX, 50, 0), grant(POLARIS, 1e12, 0, "bytes")], None),
        ([grant(POLARIS, 100, 40), grant(POLARIS, 10, 0)], 70.0),
        ([grant(POLARIS, 100, 120)], -20.0),
    ],
)
async def test_what_an_account_has_left_on_a_machine(
    local: LocalFacility, facility: Facility, grants: list[Any], left: float | None
) -> None:
    told(local, "project_allocations", grants)
    machine = Resource.model_validate(RESOURCES[0])
    assert await facility.projects.left_on("localdemo", machine) == left
    assert await facility.projects.left_on("Nobody", machine) is None


@pytest.mark.parametrize(
    ("used", "per_day", "until"),
    [
        (900, 10, date(2026, 8, 11)),
        (900, 0.001, None),
        (900, -1, None),
        (1001, 10, None),
    ],
)
def test_until_when_it_lasts(used: float, per_day: float, until: date | None) -> None:
    amount = Amount("P", "polaris", "node_hours", granted=1000.0, used=used)
    known = Allocation("Polaris", amount, Rate(per_day, 12))
    assert known.lasts_until(date(2026, 8, 1)) == until
