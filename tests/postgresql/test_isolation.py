"""The database itself keeps people apart."""

from __future__ import annotations

import pytest

from alcf_mcp.journal import Journal, JournalError
from alcf_mcp.postgres.database import Database
from alcf_mcp.store import Connection
from tests.journal.test_actions import action
from tests.journal.test_plans import add, planned

OPEN_TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    " AND NOT (relrowsecurity AND relforcerowsecurity)"
)
PERSONAL = "SELECT tablename FROM pg_policies WHERE policyname = 'of_the_person'"


def names_of(database: Database, sql: str) -> set[str]:
    return database.run_now(lambda db: {str(row[0]) for row in db.execute(sql)})


def test_every_table_of_a_journal_shows_its_rows_to_their_person_only(database: Database) -> None:
    assert names_of(database, OPEN_TABLES) == {"alembic_version"}
    assert names_of(database, PERSONAL) == {
        *("jobs", "actions", "approvals", "plans", "leases", "notices"),
        *("not_offered", "waiting", "usage", "paces", "glimpses", "ended_jobs"),
    }


def test_texts_are_sorted_byte_by_byte_whatever_the_databases_locale(database: Database) -> None:
    otherwise = (
        "SELECT attrelid::regclass || '.' || attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
        " JOIN pg_collation l ON l.oid = attcollation"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND collname != 'C'"
    )
    assert names_of(database, otherwise) <= {"alembic_version.version_num"}


async def test_nobody_sees_or_changes_another_ones_rows(database: Database) -> None:
    ada, bob = database.store_of("ada"), database.store_of("bob")
    assert await Journal(ada).actions.begin(action(tool="chmod"))
    job = await add(Journal(ada), planned())

    def all_of_it(db: Connection) -> list[str]:
        return [str(row["person"]) for row in db.execute("SELECT person FROM actions")]

    assert await ada.read(all_of_it) == ["ada"]
    assert await bob.read(all_of_it) == []
    assert database.run_now(all_of_it) == [], "nobody's connection sees nobody's rows"
    assert await Journal(bob).plans.find(job.api_url, job.number) is None
    for sql in ("UPDATE actions SET tool = 'mine'", "DELETE FROM plans"):
        assert await bob.run(lambda db, sql=sql: db.execute(sql).rowcount) == 0  # type: ignore[misc]
    with pytest.raises(JournalError, match="42501"):
        await bob.run(lambda db: db.execute("INSERT INTO leases VALUES ('ada', 'work', 'bob', 1)"))
    assert [one.tool for one in Journal(ada).actions.history(limit=5)] == ["chmod"]


async def test_numbers_tell_nothing_of_others(database: Database) -> None:
    for person in ("ada", "bob"):
        journal = Journal(database.store_of(person))
        assert (await add(journal, planned())).id == "plan-1"
        assert await journal.actions.begin(action()) == 1


async def test_work_that_only_reads_can_t_write(database: Database) -> None:
    store = database.store_of("ada")
    with pytest.raises(JournalError, match="only to be read"):
        await store.read(lambda db: db.execute("DELETE FROM jobs"))


async def test_what_fails_halfway_leaves_nothing_behind(database: Database) -> None:
    store = database.store_of("ada")

    def half(db: Connection) -> None:
        db.execute("INSERT INTO leases (name, holder, until) VALUES ('work', 'me', 1)")
        raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        await store.run(half)
    assert await store.read(lambda db: db.execute("SELECT * FROM leases").fetchall()) == []


async def test_a_text_may_have_any_character(database: Database) -> None:
    journal = Journal(database.store_of("ada"))
    await journal.approvals.ask("call", "terminal", tool="chmod", client="a\0b%s?", preview="ünï 'x'")
    (question,) = journal.approvals.waiting()
    assert (question.client, question.preview) == ("a␀b%s?", "ünï 'x'")
