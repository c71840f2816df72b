from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from alcf_mcp.local.database import Database


def _count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT COUNT(*) FROM resource_status").fetchone()[0])


def _add(connection: sqlite3.Connection) -> None:
    number = _count(connection)
    connection.execute("INSERT INTO resource_status VALUES (?, 'up', 0)", (str(number),))


def test_all_who_start_at_once_get_the_same_database(tmp_path: Path) -> None:
    def start(_: int) -> None:
        with Database(tmp_path / "facility.sqlite").transaction() as connection:
            _add(connection)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(24)))
    with Database(tmp_path / "facility.sqlite").transaction() as connection:
        assert _count(connection) == 24


async def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "facility.sqlite")

    def fail(connection: sqlite3.Connection) -> None:
        _add(connection)
        raise KeyError

    with pytest.raises(KeyError):
        await database.write(fail)
    assert await database.read(_count) == 0
