"""Whose a token is, as the facility finds out from Globus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from alcf_mcp.auth.clients import RESOURCE_SERVER
from alcf_mcp.auth.introspection import ALCF_DOMAIN
from alcf_mcp.local.problems import Problem
from alcf_mcp.local.sign_in.globus import LocalGlobus


def callers_of(globus: LocalGlobus) -> Callable[[str], Awaitable[str]]:
    """Return the function with which a facility finds out whose a token is.

    It raises a ``Problem``, in ALCF's words, for a token that ALCF would refuse.
    """

    async def whose(text: str) -> str:
        known = globus.tokens.access.get(text)
        if known is None or not known.active or known.resource_server != RESOURCE_SERVER:
            raise _refused("Globus token not active. Please sign in again.")
        if globus.tokens.valid(text) is None:
            raise _refused("Globus token expired. Please sign in again.")
        identity = known.session.identity
        if identity.provider != ALCF_DOMAIN:
            raise _refused(
                f"Make sure you authenticate with {ALCF_DOMAIN}. Currently authenticated as"
                f" {identity.username}."
            )
        if not globus.satisfies_policy(known.session):
            raise _refused(
                "The sign-in is not compliant with Globus policy, likely due to a high-assurance timeout."
                " Please sign in again."
            )
        return identity.login

    return whose


def _refused(reason: str) -> Problem:
    return Problem(401, f"Facility Specific authentication failed: 401: {reason}")
