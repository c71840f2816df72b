"""A server whose journal is in a database does all that one with a file does, and on several replicas."""

from __future__ import annotations

from pathlib import Path

import pytest

from alcf_mcp.facility.plans import runner
from alcf_mcp.journal import Journal
from alcf_mcp.local import LocalFacility
from alcf_mcp.postgres.database import Database
from tests.conftest import Connect, Era
from tests.facility.plans.test_chains import UNTIL_TOLD, let_go_on, over, submissions, submit


async def test_what_one_replica_has_begun_another_goes_on_with(
    connect: Connect,
    local: LocalFacility,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runner, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr("alcf_mcp.background.PLANS_AFTER", 0.0)
    store = database.store_of("ada")
    async with connect(confirm="off", store=store) as assistant:
        first = await submit(assistant, UNTIL_TOLD, name="first")
        await submit(assistant, name="second", after=first["job_id"])
    journal = Journal(store)
    async with connect(store=store), connect(store=store):  # two replicas look for what is due
        let_go_on(local)
        (planned,) = await over(journal)
    assert planned.state == "submitted"
    assert submissions(local) == 2
    assert [one.tool for one in journal.actions.history(limit=5)][-1] == "submit_job"
    assert Journal(database.store_of("bob")).actions.history(limit=5) == []
    assert not (tmp_path / "local-journal.sqlite").exists()


async def test_a_code_from_one_replica_is_redeemed_on_another(
    connect: Connect, database: Database, era: Era
) -> None:
    store, path = database.store_of("ada"), "/eagle/LocalDemo/old"
    async with connect(era=era, store=store) as assistant:
        await assistant.do("make_directory", path=path)
        code = (await assistant.do("remove_path", path=path))["confirmation"]
    async with connect(era=era, store=store) as assistant:
        done = await assistant.do("remove_path", path=path, confirmation=code)
        assert "outcome" not in done
        await assistant.do("make_directory", path=path)
        again = await assistant.do("remove_path", path=path, confirmation=code)
        assert again["outcome"] == "code_refused"
