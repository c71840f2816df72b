"""Who may use the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

import globus_sdk
from pydantic import SecretStr

from alcf_mcp.auth.errors import AuthError
from alcf_mcp.team.globus_client import GROUPS_RESOURCE_SERVER, groups_of
from alcf_mcp.team.person import Person

if TYPE_CHECKING:
    from alcf_mcp.postgres.members import Members


class NotAdmitted(AuthError):
    """Somebody has signed in whom the operator of the server does not let in."""


@dataclass(frozen=True)
class Admission:
    """Lets people in: by their name, or as members of a Globus group.

    Args:
        users: usernames or identities; ``*`` stands for anything, as in ``*@alcf.anl.gov``.
        groups: ids of Globus groups.
        members: the operator's list in the database, which goes before everything else.

    If there are neither, everybody is let in whom ALCF lets in: they can do here what they can do there.
    """

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    members: Members | None = None

    @property
    def asks_for_groups(self) -> bool:
        """Whether Globus has to tell which groups somebody belongs to."""
        return bool(self.groups)

    async def admit(self, person: Person, tokens: Mapping[str, Any]) -> None:
        """Let somebody in.

        Args:
            person: who it is.
            tokens: Globus' answer, with a token for Globus Groups if that is asked.

        Raises:
            NotAdmitted: they are not let in.
        """
        standing = await self._standing(person)
        is_open = not (self.users or self.groups)
        if standing != "disallowed" and (
            standing or is_open or self._is_named(person) or await self._is_member(tokens)
        ):
            return
        raise NotAdmitted(
            f"{person} may not use this server", hint="Ask the people who run it to let you in."
        )

    async def still_admits(self, person: Person) -> bool:
        """Whether somebody who was let in may stay; who came by a group stays until they sign in again."""
        if standing := await self._standing(person):
            return standing == "allowed"
        return bool(self.groups) or not self.users or self._is_named(person)

    async def _standing(self, person: Person) -> Literal["allowed", "disallowed"] | None:
        return await self.members.standing(person.username, person.subject) if self.members else None

    def _is_named(self, person: Person) -> bool:
        names = {person.username.lower(), person.subject.lower()}
        return any(fnmatchcase(name, user.lower()) for user in self.users for name in names if name)

    async def _is_member(self, tokens: Mapping[str, Any]) -> bool:
        others = tokens.get("other_tokens", ())
        given = [one for one in others if one.get("resource_server") == GROUPS_RESOURCE_SERVER]
        if not (self.groups and given):
            return False
        try:
            return not (await groups_of(SecretStr(given[0]["access_token"]))).isdisjoint(self.groups)
        except globus_sdk.GlobusError as error:
            raise NotAdmitted(
                f"Globus Groups can't be asked whether you may use this server ({type(error).__name__})",
                hint="Try again in a few minutes.",
            ) from None
