"""Leases: one of the user's processes holds one, until it gives it back, ends, or is silent for too long."""

from __future__ import annotations

import pytest

from alcf_mcp.journal import Journal, leases
from alcf_mcp.journal.actions import this_process
from alcf_mcp.system import numbered_by

HERE = this_process()
GONE = f"{2**22 + 1}@{HERE.partition('@')[2]}"
"""A process id that Linux never assigns."""


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(leases, "time", clock)
    return clock


async def test_one_holds_it_and_renews_it(journal: Journal, clock: Clock) -> None:
    assert await journal.leases.take("work", f"{HERE}/a", 10)
    assert not await journal.leases.take("work", f"{HERE}/b", 10)
    assert await journal.leases.take("other work", f"{HERE}/b", 10)
    clock.now += 8
    assert await journal.leases.take("work", f"{HERE}/a", 10)
    clock.now += 8
    assert not await journal.leases.take("work", f"{HERE}/b", 10)


async def test_it_runs_out(journal: Journal, clock: Clock) -> None:
    await journal.leases.take("work", f"{HERE}/a", 10)
    clock.now += 11
    assert await journal.leases.take("work", f"{HERE}/b", 10)


async def test_it_is_given_back_by_its_holder_only(journal: Journal, clock: Clock) -> None:
    await journal.leases.take("work", f"{HERE}/a", 10)
    await journal.leases.give_back("work", f"{HERE}/b")
    assert not await journal.leases.take("work", f"{HERE}/b", 10)
    await journal.leases.give_back("work", f"{HERE}/a")
    assert await journal.leases.take("work", f"{HERE}/b", 10)


async def test_it_ends_with_its_process(journal: Journal, clock: Clock) -> None:
    await journal.leases.take("work", f"{GONE}/a", 10)
    assert await journal.leases.take("work", f"{HERE}/b", 10)


async def test_a_process_of_another_container_may_go_on(
    journal: Journal, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await journal.leases.take("work", f"{GONE}/a", 10)
    monkeypatch.setattr("alcf_mcp.journal.actions.numbered_by", lambda: f"{numbered_by()}#another")
    assert not await journal.leases.take("work", f"{HERE}/b", 10)


async def test_a_clock_that_is_set_back_prolongs_none(journal: Journal, clock: Clock) -> None:
    await journal.leases.take("work", f"{HERE}/a", 10)
    clock.now -= 3600
    assert await journal.leases.take("work", f"{HERE}/b", 10)
