"""What a replica does by itself: goes on with unfinished work, and forgets what has expired."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import anyio
from key_value.aio.stores.filetree import FileTreeStore

from alcf_mcp.postgres.database import Database
from alcf_mcp.postgres.members import Members
from alcf_mcp.store import JournalError
from alcf_mcp.team.people import People
from alcf_mcp.team.person import Person

logger = logging.getLogger(__name__)

RESUME_SECONDS = 60.0
"""How often the replica looks for people with unfinished work whose server is not open."""

FORGET_SECONDS = 3600.0


@dataclass(frozen=True)
class Housekeeping:
    """The work of one replica for all.

    Args:
        members: who has used the server.
        people: those whose servers are open here.
    """

    members: Members
    people: People

    async def go_on(self) -> None:
        """Go on with people's unfinished work, until the server ends."""
        while True:
            try:
                await self._resume()
            except JournalError as error:
                logger.warning("%s", error)
            await anyio.sleep(RESUME_SECONDS)

    async def _resume(self) -> None:
        """Let the servers of people work whose planned jobs, or open changes, need somebody to see to them.

        Every replica does so: a lease of each person's decides which one acts.
        """
        for seen in await self.members.with_unfinished_work():
            person = Person(seen.issuer, seen.subject, seen.username)
            try:
                await self.people.resume(person, seen.sign_in)
            except Exception:  # whatever is wrong with one must not hold up the others
                logger.exception("unfinished work can't be gone on with")


async def forget_in_database(database: Database) -> None:
    """Delete sign-ins and registrations that have expired, until the server ends."""
    while True:
        try:
            await database.run(lambda db: db.execute("DELETE FROM sign_ins WHERE expires_at < now()"))
        except JournalError as error:
            logger.warning("%s", error)
        await anyio.sleep(FORGET_SECONDS)


async def forget_in_files(kept: FileTreeStore) -> None:
    """Delete sign-ins and registrations that have expired, until the server ends."""
    while True:
        try:
            await kept.cull()
        except OSError as error:
            logger.warning("expired sign-ins can't be deleted (%s)", error.strerror)
        await anyio.sleep(FORGET_SECONDS)
