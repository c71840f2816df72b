"""Who may use the server, by its operator's list, and who has used it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel

from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.journal.actions import GIVEN_UP
from alcf_mcp.postgres.database import Database
from alcf_mcp.store import Connection


class Member(BaseModel):
    """A name on the list.

    Attributes:
        name: a username or a subject, in lower case.
        disabled: whether it may not use the server any more.
    """

    name: str
    added_at: datetime
    disabled: bool


class SeenPerson(BaseModel):
    """Somebody who has used the server.

    Attributes:
        person: their key in the database.
        issuer: who vouches for them.
        subject: their identity there.
        sign_in: the id of their latest sign-in.
    """

    person: str
    issuer: str
    subject: str
    username: str
    sign_in: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True)
class Members:
    """The list of those who may use the server, and those who have."""

    database: Database

    async def allow(self, name: str) -> None:
        """Let somebody use the server, by username or subject."""
        await self.database.run(lambda db: _put(db, name, disabled=False))

    async def disallow(self, name: str) -> None:
        """Let somebody use the server no longer, even if something else would let them in."""
        await self.database.run(lambda db: _put(db, name, disabled=True))

    async def listed(self) -> list[Member]:
        """Return the list, by name."""
        sql = "SELECT * FROM members ORDER BY name"
        return await self.database.run(lambda db: [Member(**dict(row)) for row in db.execute(sql)])

    async def standing(self, username: str, subject: str) -> Literal["allowed", "disallowed"] | None:
        """Return what the list says of somebody; ``None`` if they are not on it."""
        sql = "SELECT disabled FROM members WHERE name IN (?, ?)"
        names = (_plain(username) or _plain(subject), _plain(subject))
        found = await self.database.run(lambda db: [bool(row[0]) for row in db.execute(sql, names)])
        if not found:
            return None
        return "disallowed" if any(found) else "allowed"

    async def see(
        self, person: str, *, issuer: str, subject: str, username: str, sign_in: str, lasts: bool = True
    ) -> None:
        """Record that somebody uses the server.

        Args:
            person: their key.
            issuer: who vouches for them.
            subject: their identity there.
            username: what they are called there now.
            sign_in: the id of their latest sign-in.
            lasts: whether it takes the place of an earlier one; that of a visit of the pages does not.
        """
        now = datetime.now(UTC).isoformat()
        sql = (
            "INSERT INTO people (person, issuer, subject, username, sign_in, first_seen, last_seen)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (person) DO UPDATE SET"
            " username = excluded.username, last_seen = excluded.last_seen,"
            " sign_in = CASE WHEN ? THEN excluded.sign_in ELSE people.sign_in END"
        )
        values = (person, issuer, subject, username, sign_in, now, now, lasts)
        await self.database.run(lambda db: db.execute(sql, values))

    async def seen(self) -> list[SeenPerson]:
        """Return who has used the server, the latest first."""
        return await self._people("SELECT * FROM people ORDER BY last_seen DESC")

    async def with_unfinished_work(self) -> list[SeenPerson]:
        """Return who has planned jobs, or changes of which it is still to be found out what came of them."""
        sql = (
            "SELECT * FROM people WHERE person IN (SELECT person FROM unfinished"
            " WHERE kind = 'plans' OR since > ?) ORDER BY last_seen DESC"
        )
        return await self._people(sql, (datetime.now(UTC) - GIVEN_UP).isoformat())

    async def _people(self, sql: str, *values: str) -> list[SeenPerson]:
        return await self.database.run(
            lambda db: [SeenPerson(**dict(row)) for row in db.execute(sql, values)]
        )


def _put(db: Connection, name: str, *, disabled: bool) -> None:
    if not _plain(name):
        raise InvalidCall("A name is missing", hint="Give a username, such as ada@alcf.anl.gov.")
    sql = (
        "INSERT INTO members (name, added_at, disabled) VALUES (?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET disabled = excluded.disabled"
    )
    db.execute(sql, (_plain(name), datetime.now(UTC).isoformat(), disabled))


def _plain(name: str) -> str:
    return name.strip().lower()
