"""What was seen of jobs' ends is shared by a user's processes, bounded, and may be lost."""

from dataclasses import replace
from pathlib import Path

import pytest

from alcf_mcp.activity.earliness import ENOUGH
from alcf_mcp.activity.models import Activity, ActivityJob
from alcf_mcp.learned import earliness
from alcf_mcp.learned.earliness import LearnedEarliness
from alcf_mcp.store import Store
from alcf_mcp.store.sqlite import SQLiteStore

NOW = 1_795_000_000.0
HOUR = 3600.0


def running(number: int) -> ActivityJob:
    return ActivityJob(number, "prod", "P", 1, 2 * HOUR, NOW - HOUR, None, NOW - HOUR)


MANY = Activity(machine="polaris", updated=NOW, running=tuple(running(number) for number in range(ENOUGH)))
GONE = Activity(machine="polaris", updated=NOW + 60)


async def test_what_one_process_saw_another_knows(store: Store) -> None:
    assert (await LearnedEarliness(store).of("polaris")).observed == 0
    await LearnedEarliness(store).look(MANY)
    await LearnedEarliness(store).look(GONE)
    known = await LearnedEarliness(store).of("polaris")
    assert known.observed == ENOUGH
    assert known.share(0.5) == pytest.approx(0.504, abs=0.001)
    assert (await LearnedEarliness(store).of("crux")).observed == 0


async def test_an_end_counts_once_however_many_look(store: Store) -> None:
    for learned in (LearnedEarliness(store), LearnedEarliness(store)):
        await learned.look(MANY)
        await learned.look(GONE)
        await learned.look(GONE)
    assert (await LearnedEarliness(store).of("polaris")).observed == ENOUGH


async def test_only_the_latest_are_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earliness, "KEPT", ENOUGH)
    learned = LearnedEarliness(store)
    for turn in range(3):
        jobs = tuple(running(turn * 1000 + number) for number in range(ENOUGH))
        await learned.look(replace(MANY, updated=NOW + turn * 120, running=jobs))
        await learned.look(replace(GONE, updated=NOW + turn * 120 + 60))
    assert (await learned.of("polaris")).observed == ENOUGH


async def test_a_file_that_cant_be_used_is_an_assumption(tmp_path: Path) -> None:
    (tmp_path / "no-directory").touch()
    learned = LearnedEarliness(SQLiteStore(tmp_path / "no-directory" / "learned.sqlite"))
    await learned.look(MANY)
    assert (await learned.of("polaris")).observed == 0
