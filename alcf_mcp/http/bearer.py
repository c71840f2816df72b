"""The bearer token without which a server over HTTP tells nothing: its user's own, in a private file."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from alcf_mcp.private import StateError, kept_secret

FILE = "http-token"

OPEN_TO_ALL = ("/healthz", "/readyz")
"""What tells nothing but whether the server runs."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,200}")


@dataclass(frozen=True)
class OwnBearer:
    """The token of one person's server.

    Attributes:
        token: the token.
        path: the file that keeps it.
        is_new: whether it was made just now.
    """

    token: str
    path: Path
    is_new: bool

    def __repr__(self) -> str:
        return f"OwnBearer(path={str(self.path)!r})"

    @classmethod
    def of(cls, state_dir: Path) -> OwnBearer:
        """Return the token that the file keeps; make one if there is none. Delete the file to get a new one.

        Raises:
            StateError: the file can't be read or written, or holds something else.
        """
        path = state_dir / FILE
        try:
            kept, is_new = kept_secret(path, lambda: secrets.token_urlsafe(32))
        except (OSError, UnicodeDecodeError) as error:
            raise StateError(f"The bearer token's file {path} can't be used ({error})") from None
        if not _TOKEN.fullmatch(kept):
            raise StateError(f"{path} holds no bearer token: delete it, and a new one is made")
        return cls(kept, path, is_new)


class BearerRequired:
    """ASGI middleware: lets requests pass that carry the token.

    Args:
        app: the application.
        token: the token.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with 401."""
        if scope["type"] != "http" or scope["path"] in OPEN_TO_ALL or self._is_carried_by(scope):
            await self._app(scope, receive, send)
            return
        refusal = JSONResponse(
            {"error": "This server needs its own bearer token in the Authorization header."},
            status_code=401,
            headers={"WWW-Authenticate": 'Bearer realm="alcf-mcp"'},
        )
        await refusal(scope, receive, send)

    def _is_carried_by(self, scope: Scope) -> bool:
        given = Request(scope).headers.get("authorization", "")
        scheme, _, token = given.partition(" ")
        # Compared in constant time, so that nobody can guess it character by character.
        return hmac.compare_digest(f"{scheme.lower()} {token.strip()}".encode(), self._expected)
