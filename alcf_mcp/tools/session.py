"""This server's own state: who is signed in, and what is allowed."""

from __future__ import annotations

from typing import Literal

from alcf_mcp.tools.app import ThisApp
from alcf_mcp.tools.declare import tool
from alcf_mcp.tools.results import Result

TokenFrom = Literal["settings", "local facility", "nowhere"]

_POLICIES = {
    "ask": "what can't be undone asks the person, through the client or by a code",
    "human": "what can't be undone needs a person's own answer, in the client or in a terminal",
    "off": "nothing is asked",
}


_LIMITS = (
    "ask_node_hours",
    "max_node_hours",
    "max_node_hours_per_day",
    "max_nodes",
    "max_walltime",
    "allowed_accounts",
    "allowed_paths",
)


def _shown(limit: object) -> str:
    return (
        ", ".join(limit)
        if isinstance(limit, tuple)
        else f"{limit:g}"
        if isinstance(limit, float)
        else str(limit)
    )


class AuthStatus(Result):
    """Whether there is a token, where it comes from, and what the person's settings allow."""

    facility: str
    api_url: str
    signed_in: bool
    token_from: TokenFrom
    confirm: Literal["ask", "human", "off"]
    confirm_means: str
    read_only: bool
    limits: dict[str, str] = {}
    next_step: str

    def text(self) -> str:
        """A fact a line."""
        limits = ", ".join(f"{name} {value}" for name, value in self.limits.items())
        signed = f"a token from the {self.token_from} is used" if self.signed_in else "no token"
        return "\n".join(
            [
                f"{self.facility} at {self.api_url}: {signed}.",
                f"Confirmation: {self.confirm} ({self.confirm_means}).",
                "Read-only: nothing can be changed." if self.read_only else "Changes are allowed.",
                f"The person's limits: {limits}.",
                self.next_step,
            ]
        )


@tool("Show sign-in and policy", remote=False)
async def auth_status(app: ThisApp) -> AuthStatus:
    """Show whether the person is signed in, which facility is used, and who confirms what can't be undone."""
    settings = app.settings
    where: TokenFrom = "settings" if settings.access_token else "nowhere"
    if settings.facility == "local":
        where = "local facility"
    return AuthStatus(
        facility="The embedded local facility" if settings.facility == "local" else "ALCF",
        api_url=app.shared.iri.transport.base_url,
        signed_in=where != "nowhere",
        token_from=where,
        confirm=settings.confirm,
        confirm_means=_POLICIES[settings.confirm],
        read_only=settings.read_only,
        limits={name: _shown(getattr(settings, name)) for name in _LIMITS if getattr(settings, name)},
        next_step="The facility checks the token with every call; list_projects shows whether it is accepted."
        if where != "nowhere"
        else "Public information works. For the rest, set ALCF_MCP_ACCESS_TOKEN for this server.",
    )
