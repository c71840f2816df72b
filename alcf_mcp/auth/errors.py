"""What can be wrong with the sign-in; every message is a sentence, every hint says what to do.

    AuthError
    ├── NotSignedIn          there is no token to use
    │   └── SignInOver           there was one, but Globus no longer renews it
    ├── GlobusUnavailable    Globus does not answer, so nothing can be renewed or exchanged
    ├── StoreDamaged         the token file can't be read as one
    ├── StoreClosed          the token file can't be opened or written
    ├── IdentityChanged      the token file belongs to another identity
    ├── CodeRefused          the authorization code does not belong to this attempt
    └── HostNotTrusted       the facility's URL is not one that a Globus token may go to

They are ``InvalidCall``s, because nothing is sent to the facility. None contains a token or a code.
"""

from __future__ import annotations

from alcf_mcp.iri.errors import InvalidCall

HOW_TO_SIGN_IN = (
    "The user can sign in with `alcf-mcp login` in a terminal, or here with the tool sign_in. "
    "Then repeat the call; no restart is needed."
)


class AuthError(InvalidCall):
    """There is no usable token, or none could be obtained."""

    default_hint = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, self.default_hint if hint is None else hint)


class NotSignedIn(AuthError):
    """Nobody is signed in."""

    default_hint = HOW_TO_SIGN_IN


class SignInOver(NotSignedIn):
    """The user was signed in, and has to sign in again."""


class GlobusUnavailable(AuthError):
    """Globus can't be reached, or fails."""

    default_hint = "Is the network up? Try again in a minute; https://status.globus.org reports outages."


class StoreDamaged(AuthError):
    """The token file contains something other than tokens."""

    default_hint = (
        "The file was left as it is. The user can run `alcf-mcp login --force`, which moves it aside and "
        "signs in again, or delete it."
    )


class StoreClosed(AuthError):
    """The token file, or its directory, can't be used."""

    default_hint = "The user must make it readable and writable, or set ALCF_MCP_ACCESS_TOKEN to a token."


class IdentityChanged(AuthError):
    """The user signed in with a different identity than before."""

    default_hint = (
        "The user can run `alcf-mcp login --force`, which signs the old identity out first (or run `alcf-mcp "
        "logout`, then sign in again)."
    )


class CodeRefused(AuthError):
    """The code was mistyped, was used before, has expired, or belongs to another attempt."""

    default_hint = "Start again: every attempt has a new address, and only the code shown there is valid."


class HostNotTrusted(AuthError):
    """A host other than ALCF's would see the user's Globus token."""
