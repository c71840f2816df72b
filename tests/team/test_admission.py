"""Who may use the server: by name, by the operator's list, or everybody whom ALCF lets in."""

from __future__ import annotations

import pytest

from alcf_mcp.postgres.database import Database
from alcf_mcp.postgres.members import Members
from alcf_mcp.team.admission import Admission, NotAdmitted
from alcf_mcp.team.person import Person
from tests.postgres import database, database_url, postgres  # noqa: F401 - fixtures

ADA = Person("https://auth.globus.org", "11111111-1111-4111-8111-111111111111", "Ada@alcf.anl.gov")
NAMELESS = Person("https://auth.globus.org", "22222222-2222-4222-8222-222222222222")


@pytest.mark.parametrize(
    "users", [(), ("ada@alcf.anl.gov",), ("*@ALCF.anl.gov",), (ADA.subject,), ("bob@x", "ada@*")]
)
async def test_who_is_named_is_let_in_and_may_stay(users: tuple[str, ...]) -> None:
    await Admission(users).admit(ADA, {})
    assert await Admission(users).still_admits(ADA)


@pytest.mark.parametrize("users", [("bob@alcf.anl.gov",), ("*@anl.gov",), ("ada",)])
async def test_who_is_not_named_is_not(users: tuple[str, ...]) -> None:
    with pytest.raises(NotAdmitted, match=r"Ada@alcf\.anl\.gov may not use this server"):
        await Admission(users).admit(ADA, {})
    assert not await Admission(users).still_admits(ADA)


async def test_a_name_that_globus_does_not_tell_matches_nothing() -> None:
    with pytest.raises(NotAdmitted):
        await Admission(("*@alcf.anl.gov", "")).admit(NAMELESS, {})


async def test_a_group_is_asked_for_only_if_it_is_set() -> None:
    assert not Admission(("ada@alcf.anl.gov",)).asks_for_groups
    assert Admission(groups=("a-group",)).asks_for_groups
    with pytest.raises(NotAdmitted):
        await Admission(groups=("a-group",)).admit(ADA, {"other_tokens": []})


async def test_the_operators_list_goes_before_everything(database: Database) -> None:  # noqa: F811
    members = Members(database)
    await members.allow("ada@ALCF.anl.gov")
    closed = Admission(("bob@alcf.anl.gov",), members=members)
    await closed.admit(ADA, {})
    assert await closed.still_admits(ADA)
    await members.disallow(ADA.username)
    open_to_all = Admission(members=members)
    with pytest.raises(NotAdmitted):
        await open_to_all.admit(ADA, {})
    assert not await open_to_all.still_admits(ADA)
