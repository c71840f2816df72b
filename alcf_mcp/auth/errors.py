"""What can be wrong with the sign-in; every message is a sentence, every hint says what to do.

    AuthError
    ├── NotSignedIn          there is no token to use
    │   └── SignInOver           there was one, and Globus does not renew it any more
    ├── GlobusUnavailable    Globus does not answer, so that nothing can be renewed or exchanged
    ├── StoreDamaged         the token file can't be read as one
    ├── StoreClosed          the token file can't be opened or written
    ├── IdentityChanged      the token file belongs to another identity
    ├── CodeRefused          the authorization code is not one of this attempt
    └── HostNotTrusted       the facility's URL is not one that a Globus token may go to

They are ``InvalidCall``s, because nothing is sent to the facility. None holds a token or a code.
"""

from __future__ import annotations

from alcf_mcp.iri.errors import InvalidCall

HOW_TO_SIGN_IN = (
    "The person signs in by running `alcf-mcp login` in a terminal, or here with the tool sign_in; "
    "then repeat the call, no restart is needed."
)


class AuthError(InvalidCall):
    """There is no usable token, or none could be had."""

    default_hint = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, self.default_hint if hint is None else hint)


class NotSignedIn(AuthError):
    """Nobody is signed in."""

    default_hint = HOW_TO_SIGN_IN


class SignInOver(NotSignedIn):
    """Somebody was signed in, and has to do it again."""


class GlobusUnavailable(AuthError):
    """Globus can't be reached, or fails."""

    default_hint = "Is the network up? Try again in a minute; https://status.globus.org tells about outages."


class StoreDamaged(AuthError):
    """The token file holds something else than tokens."""

    default_hint = (
        "It was left as it is. The person runs `alcf-mcp login --force`, which puts the file aside and signs "
        "in anew, or deletes the file."
    )


class StoreClosed(AuthError):
    """The token file, or its directory, can't be used."""

    default_hint = "The person has to make it readable and writable, or set ALCF_MCP_ACCESS_TOKEN to a token."


class IdentityChanged(AuthError):
    """Somebody signed in as another identity than before."""

    default_hint = (
        "The person runs `alcf-mcp login --force`, which signs the old identity out first (or `alcf-mcp "
        "logout`, then signs in again)."
    )


class CodeRefused(AuthError):
    """The code was mistyped, used before, has expired, or belongs to another attempt."""

    default_hint = "Start again: every attempt has a new address, and only the code shown there fits."


class HostNotTrusted(AuthError):
    """Another host than ALCF's would get to see the person's Globus token."""
