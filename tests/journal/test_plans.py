"""Planned jobs in the journal: claimed once, counted, and canceled with all that waits for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import anyio
import pytest

from alcf_mcp.iri.models import JobSpec
from alcf_mcp.journal import Action, Journal, PlannedJob
from alcf_mcp.journal.plans import AlreadyTaken, ChainChanged, plan_number

URL = "https://api.alcf.anl.gov/api/v1"


def planned(after: str = "1.polaris", **changes: Any) -> PlannedJob:
    usual: dict[str, Any] = {
        "created_at": datetime.now(UTC),
        "api_url": URL,
        "resource_id": "r",
        "resource": "Polaris",
        "root": "1.polaris",
        "spec": JobSpec(name="ünï", arguments=["a b"]),
        "node_hours": 2.0,
    }
    return PlannedJob(after=after, **usual | changes)


async def add(journal: Journal, job: PlannedJob, *, day_limit: float | None = None) -> PlannedJob:
    added = await journal.plans.add(job, day_limit=day_limit, chain_node_hours=100.0)
    assert added is not None
    return added


def submission(**changes: Any) -> Action:
    usual: dict[str, Any] = {
        "began_at": datetime.now(UTC),
        "tool": "submit_job",
        "arguments": {},
        "client": "tests",
        "confirmed": "not asked",
        "api_url": URL,
    }
    return Action(**usual | changes)


@pytest.mark.parametrize(
    ("text", "number"),
    [("plan-3", 3), (" PLAN-12 ", 12), ("3", None), ("plan-", None), ("plan-٣", None), ("plan-3.p", None)],
)
def test_ids_of_planned_jobs_are_told_apart_from_those_of_jobs(text: str, number: int | None) -> None:
    assert plan_number(text) == number


async def test_what_is_written_down_is_read_back(journal: Journal) -> None:
    job = await add(
        journal, planned(request={"script": "é"}, replaces=["/eagle/a"], arguments={"nodes": 2}, shown="?")
    )
    assert job.id == "plan-1"
    assert await journal.plans.find(URL, 1) == job
    assert await journal.plans.open(URL) == [job]
    assert await journal.plans.open("https://elsewhere") == []


async def test_of_many_that_claim_one_job_one_gets_it(journal: Journal) -> None:
    job = await add(journal, planned())
    taken = []

    async def claim() -> None:
        try:
            taken.append(await journal.actions.begin(submission(), plan=job.number))
        except AlreadyTaken:
            taken.append(None)

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(claim)
    (action,) = [number for number in taken if number is not None]
    claimed = await journal.plans.find(URL, job.number)
    assert claimed
    assert (claimed.state, claimed.action, claimed.tries) == ("submitting", action, 1)
    assert len(journal.actions.history(limit=9)) == 1, "what was not claimed leaves no action behind"


async def test_a_claim_is_released_only_by_the_action_that_made_it(journal: Journal) -> None:
    job = await add(journal, planned())
    action = await journal.actions.begin(submission(), plan=job.number)
    assert action is not None
    await journal.plans.release(job.number, action + 1, "another", retry_at=0.0)
    await journal.plans.submitted(job.number, action + 1, "2.polaris")
    claimed = await journal.plans.find(URL, job.number)
    assert claimed and claimed.state == "submitting"
    await journal.plans.release(job.number, action, "it was refused", retry_at=0.0)
    released = await journal.plans.find(URL, job.number)
    assert released and (released.state, released.reason) == ("waiting", "it was refused")


async def test_planned_jobs_count_towards_the_day_and_once(journal: Journal) -> None:
    first = await add(journal, planned(node_hours=4.0), day_limit=10.0)
    assert await journal.plans.add(planned(node_hours=7.0), day_limit=10.0, chain_node_hours=100.0) is None
    assert await journal.actions.begin(submission(node_hours=7.0), day_limit=10.0) is None
    assert await journal.actions.begin(submission(node_hours=6.0), day_limit=10.0)
    assert await journal.actions.begin(submission(node_hours=4.0), day_limit=10.0, plan=first.number)
    assert await journal.plans.node_hours() == 0.0


async def test_a_chain_that_has_grown_since_it_was_shown_takes_no_more(journal: Journal) -> None:
    await add(journal, planned())
    with pytest.raises(ChainChanged):
        await journal.plans.add(planned("plan-1"), day_limit=None, chain_node_hours=0.0)
    assert len(await journal.plans.open(URL)) == 1


async def test_all_that_waits_behind_a_job_is_canceled_with_it(journal: Journal) -> None:
    for after in ("1.polaris", "plan-1", "plan-2", "plan-2", "1.polaris"):
        await add(journal, planned(after))
    assert [job.id for job in await journal.plans.behind(1)] == ["plan-2", "plan-3", "plan-4"]
    assert [job.id for job in await journal.plans.cancel(2)] == ["plan-2", "plan-3", "plan-4"]
    assert [job.id for job in await journal.plans.open(URL)] == ["plan-1", "plan-5"]
    with pytest.raises(AlreadyTaken):
        await journal.plans.cancel(2)


async def test_what_is_being_submitted_can_t_be_canceled_unless_nobody_knows_what_came_of_it(
    journal: Journal,
) -> None:
    job = await add(journal, planned())
    action = await journal.actions.begin(submission(), plan=job.number)
    assert action is not None
    with pytest.raises(AlreadyTaken):
        await journal.plans.cancel(job.number)
    await journal.plans.note_doubt(job.number, "the answer was lost")
    assert [one.id for one in await journal.plans.cancel(job.number)] == [job.id]
