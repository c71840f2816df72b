"""An OAuth client that takes each step by itself, so that it can take each of them wrongly."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from tests.team.browser import Browser

RETURN = "http://localhost:9999/callback"
"""Where clients have their users sent back to; nothing listens there."""

_MCP = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}


@dataclass
class SteppingClient:
    """A client that nobody checks.

    Attributes:
        origin: the server's.
        id: what the server calls it.
        verifier: its PKCE secret.
        state: what it expects to get back.
    """

    origin: str
    id: str = ""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=30, trust_env=False))

    async def __aenter__(self) -> Self:
        answer = await self.register()
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["client_id"]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def register(self, redirect_uri: str = RETURN) -> httpx.Response:
        """Register."""
        metadata = {
            "client_name": "stepping",
            "redirect_uris": [redirect_uri],
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
        }
        return await self.http.post(f"{self.origin}/register", json=metadata)

    def request(self, **changes: str) -> str:
        """The address at which a user signs in."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": RETURN,
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return f"{self.origin}/authorize?{urlencode(asked | changes)}"

    async def code(self, browser: Browser) -> str:
        """Let a user sign in, and return the code that comes of it."""
        answer = await browser.open(self.request(), until=RETURN)
        assert answer.is_redirect, answer.text
        return query_of(answer.headers["Location"])["code"]

    async def exchange(self, code: str, **changes: str) -> httpx.Response:
        """Exchange a code for tokens."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self.id,
            "code": code,
            "redirect_uri": RETURN,
            "code_verifier": self.verifier,
        }
        return await self.http.post(f"{self.origin}/token", data=form | changes)

    async def renew(self, refresh_token: str, **changes: str) -> httpx.Response:
        """Exchange a refresh token for new tokens."""
        form = {"grant_type": "refresh_token", "client_id": self.id, "refresh_token": refresh_token}
        return await self.http.post(f"{self.origin}/token", data=form | changes)

    async def revoke(self, token: str) -> httpx.Response:
        """Revoke a token."""
        return await self.http.post(f"{self.origin}/revoke", data={"client_id": self.id, "token": token})

    async def tokens_of(self, login: str) -> dict[str, Any]:
        """Sign somebody in, and return their tokens."""
        async with Browser(login) as browser:
            answer = await self.exchange(await self.code(browser))
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def asks(self, token: str, method: str = "tools/list", **headers: str) -> httpx.Response:
        """Call a method of MCP with a token."""
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {}}
        sent = _MCP | {"Authorization": f"Bearer {token}"} | headers
        return await self.http.post(f"{self.origin}/mcp", json=message, headers=sent)


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address."""
    return dict(parse_qsl(urlsplit(url).query))
