"""What one replica tells is heard by all that listen, and a connection that breaks is made again."""

from __future__ import annotations

from contextlib import aclosing

import anyio
import pytest
from pydantic import SecretStr

from alcf_mcp.postgres import signals
from alcf_mcp.postgres.database import Database, opened
from alcf_mcp.postgres.signals import Signal, Signals
from alcf_mcp.system import IS_POSIX
from tests.postgres import PostgresServer

pytestmark = pytest.mark.skipif(not IS_POSIX, reason="psycopg can't listen in the event loop of Windows")


async def test_what_one_tells_another_hears(database: Database, database_url: SecretStr) -> None:
    with opened(database_url) as another, anyio.fail_after(30):
        async with aclosing(Signals(another).heard()) as heard:
            assert await anext(heard) is None
            await Signals(database).tell("ada", "a question was ünswered")
            assert await anext(heard) == Signal("ada", "a question was ünswered")


async def test_after_the_database_was_away_it_listens_again(
    database: Database, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "FIRST_PAUSE", 0.05)
    with anyio.fail_after(30):
        async with aclosing(Signals(database).heard()) as heard:
            assert await anext(heard) is None
            await anyio.to_thread.run_sync(postgres.restart)
            assert await anext(heard) is None, "something may have been missed"
            await Signals(database).tell("ada", "plans")
            assert await anext(heard) == Signal("ada", "plans")
