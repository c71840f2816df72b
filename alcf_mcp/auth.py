"""Where the bearer token comes from."""

from __future__ import annotations

from pydantic import SecretStr

from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.transport import TokenSource


class NotSignedIn(InvalidCall):
    """There is no token to use; the hint says what the person has to do."""


def token_source(token: SecretStr | None) -> TokenSource:
    """Where tokens come from: the one that was given, or a clear refusal.

    Returns:
        An async function that gives the token or raises ``NotSignedIn``.
    """

    async def source() -> SecretStr:
        if token is None:
            raise NotSignedIn(
                "Nobody is signed in, so only public information is available",
                hint="Ask the person to set ALCF_MCP_ACCESS_TOKEN to a Globus access token for the ALCF "
                "Facility API in the configuration of this MCP server, and to restart it.",
            )
        return token

    return source
