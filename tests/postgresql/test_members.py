"""Who may use the server, who has, and whose work is not finished."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from alcf_mcp.cli import app
from alcf_mcp.journal import Journal
from alcf_mcp.postgres.database import Database
from alcf_mcp.postgres.members import Members
from tests.journal.test_actions import action
from tests.journal.test_plans import add, planned

GLOBUS = "https://auth.globus.org"


@pytest.fixture
def members(database: Database) -> Members:
    return Members(database)


async def see(members: Members, person: str, *, sign_in: str = "first") -> None:
    username = f"{person}@alcf.anl.gov"
    await members.see(person, issuer=GLOBUS, subject=f"id-{person}", username=username, sign_in=sign_in)


async def test_a_name_is_allowed_until_it_is_not(members: Members) -> None:
    assert await members.standing("ada@alcf.anl.gov", "id-1") is None
    await members.allow(" Ada@ALCF.anl.gov ")
    assert await members.standing("ADA@alcf.anl.gov", "id-1") == "allowed"
    await members.disallow("ID-1")
    assert await members.standing("ada@alcf.anl.gov", "id-1") == "disallowed", "one name is enough"
    assert await members.standing("ada@alcf.anl.gov", "id-2") == "allowed"
    assert [(one.name, one.disabled) for one in await members.listed()] == [
        ("ada@alcf.anl.gov", False),
        ("id-1", True),
    ]


async def test_who_was_seen_is_known_with_the_latest_sign_in(members: Members) -> None:
    await see(members, "ada")
    await see(members, "bob")
    await see(members, "ada", sign_in="second")
    ada, bob = await members.seen()
    assert (ada.person, ada.issuer, ada.subject, ada.sign_in) == ("ada", GLOBUS, "id-ada", "second")
    assert ada.first_seen < bob.first_seen < ada.last_seen


async def test_whose_work_is_not_finished_is_known(members: Members, database: Database) -> None:
    for person in ("ada", "bob", "eve"):
        await see(members, person)

    async def unfinished() -> list[str]:
        return sorted(one.person for one in await members.with_unfinished_work())

    assert await unfinished() == []
    ada, bob = (Journal(database.store_of(person)) for person in ("ada", "bob"))
    job = await add(ada, planned())
    number = await bob.actions.begin(action(intent="{}"))
    assert number is not None
    assert await unfinished() == ["ada", "bob"]
    await bob.actions.end(number, "unknown")
    assert await unfinished() == ["ada", "bob"]
    await bob.actions.end(number, "done")
    assert await unfinished() == ["ada"]
    await ada.plans.cancel(job.number)
    assert await unfinished() == []


async def test_what_nothing_checks_any_longer_is_no_unfinished_work(
    members: Members, database: Database
) -> None:
    await see(members, "ada")
    began_at = datetime.now(UTC) - timedelta(days=2)
    await Journal(database.store_of("ada")).actions.begin(action(intent="{}", began_at=began_at))
    assert await members.with_unfinished_work() == []


async def test_what_was_rolled_back_is_no_unfinished_work(members: Members, database: Database) -> None:
    await see(members, "ada")
    journal = Journal(database.store_of("ada"))
    assert await journal.actions.begin(action(intent="{}", node_hours=2.0), day_limit=1.0) is None
    assert await members.with_unfinished_work() == []


async def test_one_person_sees_nothing_of_the_server_or_of_others(
    members: Members, database: Database
) -> None:
    await see(members, "ada")
    await members.allow("ada")
    await add(Journal(database.store_of("ada")), planned())
    for table in ("members", "people", "nonces", "unfinished"):
        sql = f"SELECT * FROM {table}"
        rows = await database.store_of("bob").run(lambda db, sql=sql: db.execute(sql).fetchall())  # type: ignore[misc]
        assert rows == []


def test_the_commands_keep_the_list(database_url: SecretStr, database: Database) -> None:
    def run(*arguments: str) -> str:
        environment = {"ALCF_MCP_DATABASE_URL": database_url.get_secret_value()}
        ran = CliRunner().invoke(app, ["admin", "users", *arguments], env=environment)
        assert ran.exit_code == 0, ran.output
        return ran.output

    assert "Nobody is on the list" in run()
    assert "ada@alcf.anl.gov may use the server" in run("allow", "ada@alcf.anl.gov")
    assert "eve may not use the server" in run("disallow", "eve")
    anyio.run(see, Members(database), "ada")
    shown = run().splitlines()
    assert shown[1].split()[:3] == ["ada@alcf.anl.gov", "id-ada", "allowed"]
    assert shown[2].split() == ["eve", "not", "allowed"]


def test_without_the_extra_the_commands_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg_pool", None)
    ran = CliRunner().invoke(app, ["admin", "users"], env={"ALCF_MCP_DATABASE_URL": "postgresql:///alcf"})
    assert str(ran.exception) == "psycopg_pool is missing: install alcf-mcp[team]"


def test_without_a_database_the_commands_say_what_to_set() -> None:
    ran = CliRunner().invoke(app, ["admin", "users"])
    assert "ALCF_MCP_DATABASE_URL is not set" in str(ran.exception)
