"""A database is checked before it is used; what fails says what to do, and never a password."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg import OperationalError
from pydantic import SecretStr

from alcf_mcp.config import SettingsError
from alcf_mcp.journal import Journal, JournalError
from alcf_mcp.postgres.address import place_of
from alcf_mcp.postgres.database import Database, opened
from alcf_mcp.postgres.failures import failure_in_detail
from alcf_mcp.postgres.migrating import migrate_database
from alcf_mcp.postgres.readiness import NEWEST
from alcf_mcp.store import Connection
from alcf_mcp.system import IS_POSIX
from tests.journal.test_actions import action
from tests.postgres import PASSWORD, PostgresServer, name_of


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://ada:p%40ss@db.example.org:5433/alcf", "alcf at db.example.org"),
        ("postgres://db.example.org/alcf?sslmode=verify-full", "alcf at db.example.org"),
        ("postgresql://ada@[::1]/alcf", "alcf at ::1"),
        ("postgresql:///alcf?host=/var/run/postgresql", "alcf at /var/run/postgresql"),
        ("postgresql:///alcf", "alcf at this machine"),
    ],
)
def test_a_place_is_told_without_the_password(url: str, place: str) -> None:
    assert place_of(SecretStr(url)) == place


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:se/cret@db.example.org/alcf",
        "postgresql://ada:se@cret@db.example.org/alcf",
        "postgresql://ada:secret@db.example.org",
        "postgresql://ada:1/secret@db.example.org/alcf",
        "postgresql://ada:secret@db.example.org/alcf?pass=secret",
        "mysql://ada:secret@db.example.org/alcf",
        "host=db.example.org password=secret",
        "",
    ],
)
def test_a_wrong_url_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(SettingsError, match="write a URL such as postgresql://") as refused:
        place_of(SecretStr(url))
    assert "cret" not in str(refused.value)


@pytest.mark.parametrize("role", ["postgres", "reader"])
def test_a_role_that_sees_everybodys_rows_is_refused(
    postgres: PostgresServer, database_url: SecretStr, role: str
) -> None:
    postgres.run("DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN BYPASSRLS")
    url = postgres.url(name_of(database_url), role=role)
    said = f"role {role} .* bypasses row security.* CREATE ROLE alcf_mcp"
    with pytest.raises(JournalError, match=said):
        migrate_database(url)
    with pytest.raises(JournalError, match=said), opened(url):
        pass


def test_tables_that_are_missing_old_or_too_new_are_refused(postgres: PostgresServer) -> None:
    url = postgres.new_database(migrated=False)
    with pytest.raises(JournalError, match="are missing: run `alcf-mcp admin migrate`"), opened(url):
        pass
    migrate_database(url)
    with opened(url) as database:
        assert Journal(database.store_of("ada")).actions.history(limit=1) == []
    for found, said in (
        ("0000", f"are at step 0000 and have to be at {NEWEST}: run `alcf-mcp admin migrate`"),
        ("9999", "are of a newer alcf-mcp .*: update alcf-mcp"),
    ):
        postgres.run(f"UPDATE alembic_version SET version_num = '{found}'", database=name_of(url))
        with pytest.raises(JournalError, match=said), opened(url):
            pass


def test_a_role_without_rights_says_so(postgres: PostgresServer, database_url: SecretStr) -> None:
    postgres.run("DROP ROLE IF EXISTS stranger", "CREATE ROLE stranger LOGIN")
    with (
        pytest.raises(JournalError, match="permission denied"),
        opened(postgres.url(name_of(database_url), role="stranger")),
    ):
        pass


async def test_a_role_that_owns_nothing_needs_no_more_than_to_change_rows(
    postgres: PostgresServer, database_url: SecretStr
) -> None:
    name = name_of(database_url)
    postgres.run("DROP ROLE IF EXISTS worker", "CREATE ROLE worker LOGIN")
    grant = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO worker"
    postgres.run(grant, database=name)
    with opened(postgres.url(name, role="worker")) as database:
        journal = Journal(database.store_of("ada"))
        number = await journal.actions.begin(action(intent="{}"))
        assert number is not None
        await journal.actions.end(number, "done")
    postgres.run("DROP OWNED BY worker", database=name)


def test_where_nothing_answers_it_says_what_to_check() -> None:
    url = SecretStr("postgresql://ada:secret@127.0.0.1:1/alcf")
    said = r"alcf at 127\.0\.0\.1 .*refused.*: check that it runs"
    with pytest.raises(JournalError, match=said) as refused, opened(url):
        pass
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_database_that_is_not_there_says_so(postgres: PostgresServer) -> None:
    with (
        pytest.raises(JournalError, match='"nowhere" does not exist'),
        opened(postgres.url("nowhere")),
    ):
        pass


@pytest.mark.skipif(not IS_POSIX, reason="there, the tests' server comes back at another port")
async def test_a_broken_connection_is_replaced(postgres: PostgresServer, database: Database) -> None:
    journal = Journal(database.store_of("ada"))
    assert await journal.actions.begin(action()) == 1
    postgres.restart()
    assert await journal.actions.begin(action()) == 2


def test_without_a_free_connection_it_says_so(
    database_url: SecretStr, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("alcf_mcp.postgres.database.PATIENCE", 0.2)
    with opened(database_url, most_connections=1) as database, ThreadPoolExecutor(1) as threads:
        store = database.store_of("ada")

        def use_another(db: Connection) -> None:
            threads.submit(store.read_now, lambda db: db.execute("SELECT 1")).result()

        with pytest.raises(JournalError, match=r"there is no free connection\): try again"):
            store.run_now(use_another)
    assert PASSWORD not in caplog.text
    assert caplog.records[0].levelno == logging.ERROR


def test_what_would_show_the_password_is_told_briefly() -> None:
    url = SecretStr("postgresql://ada:kept%2Fsecret@db.example.org/alcf")
    for form in ("kept/secret", "kept%2Fsecret"):
        assert failure_in_detail(OperationalError(f"not {form}"), url) == "there is no connection to it"
    assert failure_in_detail(OperationalError("refused\nfor once"), url) == "refused for once"


def test_a_store_is_somebodys(database: Database) -> None:
    with pytest.raises(ValueError, match="somebody"):
        database.store_of("")
