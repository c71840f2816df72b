"""Both stores, one after the other, for tests that specify what is kept in either."""

from __future__ import annotations

from pathlib import Path

import pytest

from alcf_mcp.journal import Journal
from alcf_mcp.postgres.database import Database
from alcf_mcp.store import Store
from alcf_mcp.store.sqlite import SQLiteStore
from tests.postgres import database, database_url, postgres

__all__ = ["database", "database_url", "journal", "postgres", "store"]


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """One person's store: a file, or their part of a database."""
    if request.param == "sqlite":
        return SQLiteStore(tmp_path / "journal.sqlite")
    shared: Database = request.getfixturevalue("database")
    return shared.store_of("ada")


@pytest.fixture
def journal(store: Store) -> Journal:
    """A journal in that store."""
    return Journal(store)
