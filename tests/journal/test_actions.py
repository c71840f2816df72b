"""Every change is recorded before it is sent, and completed with what became of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import anyio

from alcf_mcp.journal import Action, Journal


def action(**facts: Any) -> Action:
    usual: dict[str, Any] = {
        "began_at": datetime.now(UTC),
        "tool": "chmod",
        "arguments": {"path": "/eagle/ü", "mode": "750"},
        "client": "test",
        "confirmed": "not asked",
    }
    return Action(**(usual | facts))


async def test_an_action_is_there_before_its_outcome(journal: Journal) -> None:
    number = await journal.actions.begin(action())
    assert number is not None
    (begun,) = journal.actions.history(limit=5)
    assert (begun.outcome, begun.ended_at, begun.arguments["path"]) == ("sent", None, "/eagle/ü")
    await journal.actions.end(number, "done", task_id="t1")
    (ended,) = journal.actions.history(limit=5)
    assert (ended.outcome, ended.task_id) == ("done", "t1")
    assert ended.ended_at is not None


async def test_history_is_filtered_and_newest_first(journal: Journal) -> None:
    for tool in ("chmod", "submit_job", "chmod"):
        await journal.actions.begin(action(tool=tool))
    await journal.actions.begin(action(began_at=datetime.now(UTC) - timedelta(days=3), tool="old"))
    assert [a.tool for a in journal.actions.history(limit=9)] == ["old", "chmod", "submit_job", "chmod"]
    assert len(journal.actions.history(tool="chmod", limit=9)) == 2
    assert len(journal.actions.history(outcome="done", limit=9)) == 0
    yesterday = datetime.now(UTC) - timedelta(days=1)
    assert "old" not in [a.tool for a in journal.actions.history(since=yesterday, limit=9)]


async def test_a_days_node_hours_can_be_taken_only_once(journal: Journal) -> None:
    numbers: list[int | None] = []

    async def submit() -> None:
        one = Journal(journal.store).actions
        numbers.append(await one.begin(action(node_hours=3.0), day_limit=10.0))

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(submit)
    assert sum(number is not None for number in numbers) == 3
    assert await journal.actions.node_hours_of_a_day() == 9.0


async def test_what_was_refused_or_is_long_ago_costs_nothing(journal: Journal) -> None:
    await journal.actions.begin(action(node_hours=5.0, began_at=datetime.now(UTC) - timedelta(hours=25)))
    number = await journal.actions.begin(action(node_hours=7.0))
    assert number is not None
    await journal.actions.end(number, "refused")
    assert await journal.actions.node_hours_of_a_day() == 0.0
