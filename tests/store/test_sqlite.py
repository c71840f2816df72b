"""All processes of a user share one journal file, and nobody else can read it."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from alcf_mcp import __version__
from alcf_mcp.journal import Journal, JournalError
from alcf_mcp.local import LocalFacility
from alcf_mcp.store.sqlite import SQLiteStore
from alcf_mcp.store.sqlite_schema import SCHEMA
from tests.conftest import Connect, record_of
from tests.journal.test_actions import action


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of the journal."""
    return tmp_path / "local-journal.sqlite"


async def test_only_the_person_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.sqlite"
    await Journal.at(path).jobs.named("1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_it_exists_once_it_was_used(path: Path) -> None:
    store = SQLiteStore(path)
    assert not store.exists()
    await Journal(store).jobs.named("1")
    assert store.exists()


async def test_a_journal_that_cant_be_used_says_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match=r"file/journal\.sqlite"):
        await Journal.at(tmp_path / "file" / "journal.sqlite").jobs.named("1")
    broken = tmp_path / "broken.sqlite"
    broken.write_text("this is no database, but it is long enough to be read as one " * 20)
    with pytest.raises(JournalError, match="not a database"):
        await Journal.at(broken).jobs.named("1")


async def test_an_older_journal_is_brought_forward_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with sqlite3.connect(path) as old:
        old.executescript(SCHEMA[0])
        old.execute(
            "INSERT INTO jobs VALUES ('1.p', 'r', 'Polaris', '2026-08-01T00:00:00+00:00', '{}', NULL)"
        )
        old.execute("PRAGMA user_version = 1")
    old.close()
    journal = Journal.at(path)
    assert await journal.actions.node_hours_of_a_day() == 0
    job = await record_of(journal, "1.p")
    assert job is not None
    assert job.resource == "Polaris"


def shape(path: Path) -> set[tuple[str, str]]:
    """Return the tables and indexes, as the file itself describes them, and the columns of its tables."""
    with closing(sqlite3.connect(path)) as db:
        named = db.execute("SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        columns = (
            (table, column[1])
            for kind, table in named
            if kind == "table"
            for column in db.execute(f"PRAGMA table_info({table})")
        )
        indexed = (
            (index, column[2] or "")
            for kind, index in named
            if kind == "index"
            for column in db.execute(f"PRAGMA index_info({index})")
        )
        return {*named, *columns, *indexed}


@pytest.mark.parametrize("version", range(1, len(SCHEMA) + 1))
async def test_a_journal_of_any_version_becomes_what_a_new_one_is(tmp_path: Path, version: int) -> None:
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    with closing(sqlite3.connect(old)) as db:
        for step in SCHEMA[:version]:
            db.executescript(step)
        db.execute(f"PRAGMA user_version = {version}")
    for path in (old, new):
        await Journal.at(path).actions.node_hours_of_a_day()
    assert shape(old) == shape(new)


NEWER = (
    "ALTER TABLE actions ADD COLUMN mood TEXT NOT NULL DEFAULT ''",
    "INSERT INTO versions VALUES (99, '9.9.9')",
    "PRAGMA user_version = 99",
)


async def test_what_a_newer_version_wrote_is_read_but_not_written(journal: Journal, path: Path) -> None:
    number = await journal.actions.begin(action())
    assert number is not None
    with closing(sqlite3.connect(path)) as db, db:
        for statement in NEWER:
            db.execute(statement)
    before = path.read_bytes()
    (read,) = journal.actions.history(limit=1)
    assert read.id == number
    for write in (
        journal.actions.begin(action()),
        journal.actions.end(number, "done"),
        journal.approvals.ask("call", "code", tool="t", client="c", preview="p"),
        journal.approvals.redeem_code("call", "code"),
    ):
        with pytest.raises(
            JournalError, match=r"written by alcf-mcp 9\.9\.9, which is newer .* update alcf-mcp"
        ):
            await write
    assert path.read_bytes() == before


async def test_a_newer_journal_stops_changes_and_reading_goes_on(
    connect: Connect, local: LocalFacility, journal: Journal, path: Path
) -> None:
    await journal.actions.begin(action())
    with closing(sqlite3.connect(path)) as db, db:
        for statement in NEWER:
            db.execute(statement)
    async with connect(confirm="off") as assistant:
        await assistant.do("list_jobs")
        await assistant.do("list_directory", path="/eagle/LocalDemo")
        refused = await assistant.call("make_directory", path="/eagle/LocalDemo/new")
        assert "written by alcf-mcp 9.9.9" in refused.error["message"]
        assert (await assistant.call("chmod", path="/eagle/LocalDemo", mode="700")).is_error
    assert local.faults.count("POST", "mkdir") == local.faults.count("PUT", "chmod") == 0


def test_a_version_is_named_that_wrote_it(journal: Journal, path: Path) -> None:
    journal.approvals.waiting()
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT alcf_mcp FROM versions").fetchall()
    assert rows == [(__version__,)]


async def test_many_that_come_first_make_one_journal(journal: Journal) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(Journal(journal.store).actions.node_hours_of_a_day)
