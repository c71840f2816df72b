"""A nonce counts once, on whichever replica, until it ceases to be valid."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from time import time

import anyio
import pytest
from pydantic import SecretStr

from alcf_mcp.postgres import nonces
from alcf_mcp.postgres.database import Database, opened
from alcf_mcp.postgres.nonces import LATE, Nonces


async def test_it_is_used_up(database: Database) -> None:
    once = Nonces(database)
    assert await once.use("a\0b", time() + 60)
    assert not await once.use("a\0b", time() + 60)
    assert await once.use("another", time() + 60)


def test_of_many_that_use_it_at_once_one_does(database: Database, database_url: SecretStr) -> None:
    ready = threading.Barrier(8)
    with opened(database_url) as another, ThreadPoolExecutor(8) as threads:

        def use(number: int) -> bool:
            ready.wait()
            return anyio.run(Nonces((database, another)[number % 2]).use, "one", time() + 60)

        assert sum(threads.map(use, range(8))) == 1


async def test_it_can_t_be_used_late_nor_again_once_it_is_forgotten(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    once, until = Nonces(database), time() + 60
    assert await once.use("one", until)
    later = until + LATE + 1
    monkeypatch.setattr(nonces, "time", lambda: later)
    assert await once.use("other", later + 60)
    kept = await database.run(lambda db: db.execute("SELECT until FROM nonces").fetchall())
    assert [row["until"] for row in kept] == [later + 60]
    assert not await once.use("one", until)
