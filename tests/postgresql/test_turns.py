"""What one person's processes do at once, over several replicas, comes out as if they took turns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import anyio
import anyio.from_thread
import pytest
from pydantic import SecretStr

from alcf_mcp.journal import Journal, JournalError
from alcf_mcp.journal.plans import AlreadyTaken
from alcf_mcp.postgres.database import Database, opened
from alcf_mcp.store import Connection
from tests.journal.test_actions import action
from tests.journal.test_plans import add, planned

T = TypeVar("T")

AT_ONCE = 8


@pytest.fixture
def replicas(database: Database, database_url: SecretStr) -> Iterator[tuple[Database, Database]]:
    """Two replicas with connections of their own."""
    with opened(database_url) as another:
        yield database, another


def at_once(replicas: tuple[Database, Database], work: Callable[[Journal], T]) -> list[T]:
    """Do something with the journal of one person in many threads of two replicas, which begin together."""
    ready = threading.Barrier(AT_ONCE)

    def one(number: int) -> T:
        ready.wait()
        return work(Journal(replicas[number % 2].store_of("ada")))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, range(AT_ONCE)))


def test_a_days_node_hours_can_be_taken_only_once(replicas: tuple[Database, Database]) -> None:
    def submit(journal: Journal) -> int | None:
        return anyio.run(partial(journal.actions.begin, action(node_hours=3.0), day_limit=10.0))

    numbers = [number for number in at_once(replicas, submit) if number is not None]
    assert sorted(numbers) == [1, 2, 3]


def test_a_code_is_redeemed_once(replicas: tuple[Database, Database]) -> None:
    ask = partial(Journal(replicas[0].store_of("ada")).approvals.ask, tool="t", client="c", preview="p")
    code = anyio.run(ask, "call", "code")
    assert sum(at_once(replicas, lambda journal: anyio.run(journal.approvals.redeem_code, "call", code))) == 1


def test_a_planned_job_is_claimed_once(replicas: tuple[Database, Database]) -> None:
    job = anyio.run(add, Journal(replicas[0].store_of("ada")), planned())

    def claim(journal: Journal) -> int | None:
        try:
            return anyio.run(partial(journal.actions.begin, action(), plan=job.number))
        except AlreadyTaken:
            return None

    assert len([number for number in at_once(replicas, claim) if number is not None]) == 1


def test_planned_jobs_are_numbered_without_a_gap(replicas: tuple[Database, Database]) -> None:
    added = at_once(replicas, lambda journal: anyio.run(add, journal, planned()))
    assert sorted(job.number for job in added) == list(range(1, AT_ONCE + 1))


def test_a_lease_is_held_once(replicas: tuple[Database, Database]) -> None:
    def take(journal: Journal) -> bool:
        return anyio.run(journal.leases.take, "work", f"elsewhere/{threading.get_ident()}", 60.0)

    assert sum(at_once(replicas, take)) == 1


def test_one_waits_for_oneself_only(
    replicas: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alcf_mcp.postgres.database.PATIENCE", 0.2)
    begun, end = threading.Event(), threading.Event()

    def hold(db: Connection) -> None:
        begun.set()
        assert end.wait(30)

    with ThreadPoolExecutor(1) as threads:
        held = threads.submit(replicas[0].store_of("ada").run_now, hold)
        assert begun.wait(30)
        ada, bob = (Journal(replicas[1].store_of(person)) for person in ("ada", "bob"))
        assert anyio.run(bob.actions.begin, action()) == 1
        assert ada.actions.history(limit=5) == [], "what only reads does not wait"
        with pytest.raises(JournalError, match="another change of the same person is still in progress"):
            ada.approvals.approve("code")
        end.set()
        held.result()


async def test_one_who_waits_for_a_turn_many_times_keeps_nobody_else_waiting(
    database: Database, database_url: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alcf_mcp.postgres.database.PATIENCE", 0.5)
    begun, end = threading.Event(), threading.Event()

    def hold(db: Connection) -> None:
        begun.set()
        assert end.wait(30)

    with opened(database_url, most_connections=2) as busy, ThreadPoolExecutor(1) as threads:
        monkeypatch.setattr("alcf_mcp.postgres.database.PATIENCE", 30.0)  # for a turn; not for a connection
        held = threads.submit(database.store_of("ada").run_now, hold)
        assert begun.wait(30)
        ada, bob = (Journal(busy.store_of(person)) for person in ("ada", "bob"))
        try:
            async with anyio.create_task_group() as group:
                for _ in range(AT_ONCE):
                    group.start_soon(ada.actions.begin, action())
                await anyio.wait_all_tasks_blocked()
                while not busy.pool.get_stats()["requests_num"]:  # noqa: ASYNC110 - a pool tells nobody
                    await anyio.sleep(0.01)
                assert await bob.actions.begin(action()) == 1
                end.set()
        finally:
            end.set()
        held.result()
        assert len(ada.actions.history(limit=20)) == AT_ONCE


async def test_who_waits_too_long_for_a_turn_is_told_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, end = anyio.Event(), threading.Event()
    store = database.store_of("ada")

    def hold(db: Connection) -> None:
        anyio.from_thread.run_sync(begun.set)
        assert end.wait(30)

    async with anyio.create_task_group() as group:
        group.start_soon(store.run, hold)
        await begun.wait()
        monkeypatch.setattr("alcf_mcp.postgres.database.PATIENCE", 0.1)
        with pytest.raises(JournalError, match="same person is still in progress: try again in a minute"):
            await Journal(store).actions.begin(action())
        end.set()
    assert Journal(store).actions.history(limit=5) == []
