"""Projects and what is left of their allocations, as an assistant sees them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alcf_mcp.facility.projects import Allocation
from alcf_mcp.journal import Journal
from alcf_mcp.learned.usage import Amount, Rate
from alcf_mcp.local import Fault, LocalFacility
from alcf_mcp.reports.projects import AllocationInfo
from tests.conftest import Assistant


async def test_projects_are_the_accounts_of_jobs(assistant: Assistant) -> None:
    facts = await assistant.do("list_projects")
    assert {project["name"] for project in facts["projects"]} == {"LocalDemo", "LocalTiny"}
    assert facts["summary"] == "2 projects; least left: LocalDemo 100 % on Polaris"
    assert (await assistant.do("list_projects", name="tiny"))["projects"][0]["name"] == "LocalTiny"


async def test_one_call_tells_what_is_left_everywhere(assistant: Assistant) -> None:
    answered = await assistant.call("list_projects")
    for project in answered.facts["projects"]:
        assert {allocation["of"] for allocation in project["allocations"]} == {"Polaris", "Crux", "Eagle"}
        for allocation in project["allocations"]:
            assert f"{allocation['of']}: {allocation['balance']}" in answered.text


async def test_a_name_that_none_has_is_answered_with_those_there_are(assistant: Assistant) -> None:
    facts = await assistant.do("list_projects", name="nope")
    assert (facts["summary"], facts["projects"]) == ("0 projects", [])
    assert facts["note"] == "The user's projects: LocalDemo, LocalTiny."


async def test_who_has_no_project_learns_how_to_get_one(local: LocalFacility, assistant: Assistant) -> None:
    local.faults.add(Fault(path="/account/projects$", status=200, body=[]))
    assert "ALCF support" in (await assistant.call("list_projects")).text


async def test_a_project_tells_what_is_left_and_how_long_it_lasts(
    assistant: Assistant, journal: Journal
) -> None:
    answered = await assistant.call("get_project", project="localdemo")
    assert "Polaris: 1,000 of 1,000 node hours left (0 % used); it can still run 10 nodes" in answered.text
    assert answered.facts["note"].startswith("The rate of use is known one day after")
    then = (datetime.now(UTC) - timedelta(days=12)).timestamp()
    await journal.store.run(lambda db: db.execute("UPDATE usage SET seen_at = ?, used = -372", (then,)))
    facts = await assistant.do("get_project", project="LocalDemo")
    assert "note" not in facts
    lasts = datetime.now(UTC).date() + timedelta(days=1000 / 31)
    told = f"31 node hours a day over the last 12 days; at that rate it lasts until about {lasts}"
    assert facts["allocations"][0]["rate"] == told


async def test_a_project_is_shown_though_its_allocations_are_not_told(
    local: LocalFacility, assistant: Assistant
) -> None:
    local.faults.add(Fault(path="project_allocations", status=501, body='{"detail": "not yet"}', times=2))
    facts = await assistant.do("get_project", project="LocalDemo")
    assert "not yet" in facts["note"]
    listed = await assistant.do("list_projects")
    assert [project.get("note", "") != "" for project in listed["projects"]] == [False, True]
    assert listed["summary"].endswith("; 1 without known allocations")


@pytest.mark.parametrize(
    ("unit", "granted", "used", "balance", "can_still_run"),
    [
        (
            "node_hours",
            200,
            80,
            "120 of 200 node hours left (40 % used)",
            "1 node for 120 h or 10 nodes for 12 h",
        ),
        ("node_hours", 0.02, 0, "0.02 of 0.02 node hours left (0 % used)", "1 node for 72 s"),
        (
            "node_hours",
            2_000_000,
            500_000,
            "1,500,000 of 2,000,000 node hours left (25 % used)",
            "10 nodes for 150,000 h or 100 nodes for 15,000 h",
        ),
        (
            "node_hours",
            1000,
            1020,
            "overdrawn by 20 node hours: 1,020 of 1,000 node hours used (102 %)",
            "nothing: without node hours, jobs do not start, or run at low priority",
        ),
        (
            "node_hours",
            1000,
            1000,
            "used up: all of 1,000 node hours",
            "nothing: without node hours, jobs do not start, or run at low priority",
        ),
        ("node_hours", 0, 0, "nothing is reported", None),
        ("node_hours", 0, 7, "7 node hours used; the amount granted is not reported", None),
        ("bytes", 10e12, 2.5e12, "7.5 TB of 10.0 TB left (25 % used)", None),
        ("inodes", 1e6, 1e5, "900,000 of 1,000,000 files and directories left (10 % used)", None),
    ],
)
def test_what_is_left_in_words(
    unit: str, granted: float, used: float, balance: str, can_still_run: str | None
) -> None:
    info = AllocationInfo.tell(Allocation("Polaris", Amount("P", "c", unit, granted, used)))
    assert (info.balance, info.can_still_run) == (balance, can_still_run)


@pytest.mark.parametrize(
    ("unit", "rate", "told"),
    [
        ("node_hours", None, None),
        ("node_hours", Rate(-3.0, 1.2), "nothing used over the last day"),
        ("node_hours", Rate(0.01, 12), "0.01 node hours a day over the last 12 days"),
        ("bytes", Rate(4e10, 30), "40.0 GB a day over the last 30 days; at that rate it lasts until about "),
    ],
)
def test_a_rate_in_words(unit: str, rate: Rate | None, told: str | None) -> None:
    known: Any = AllocationInfo.tell(Allocation("x", Amount("P", "c", unit, 1e12, 0), rate)).rate
    assert known == told or known.startswith(told)
