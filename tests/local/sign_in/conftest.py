"""A facility for several people, served in the process, and a browser for each of them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from alcf_mcp.auth.clients import POLICY, SCOPE
from alcf_mcp.local import LocalSettings
from alcf_mcp.local.sign_in import LocalIdentity
from alcf_mcp.local.team import CLIENT_ID, TeamFacility
from tests.local.conftest import QUICK, Api

ORIGIN = "http://127.0.0.1"
REDIRECT = "http://127.0.0.1:8000/auth/callback"
VERIFIER = "a-verifier-that-is-long-enough-for-the-standard-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")

ASKED = {
    "response_type": "code",
    "client_id": CLIENT_ID,
    "redirect_uri": REDIRECT,
    "scope": f"openid profile email {SCOPE}",
    "state": "the state",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "access_type": "offline",
    "session_required_policies": POLICY,
}


@dataclass
class Team:
    """A facility for several people, and a server's connection to it."""

    facility: TeamFacility
    http: httpx.AsyncClient

    async def authorize(self, **changes: str | None) -> httpx.Response:
        asked = {name: value for name, value in (ASKED | changes).items() if value is not None}
        return await self.http.get("/v2/oauth2/authorize", params=asked)

    async def code_of(self, login: str, **changes: str | None) -> str:
        """Sign somebody in, and return the code with which their browser comes back."""
        answer = await self.authorize(login_hint=login, **changes)
        assert answer.status_code == 302, answer.text
        return sent_back(answer)["code"]

    async def post(self, endpoint: str, **form: str) -> httpx.Response:
        """Ask as the server, with its secret."""
        secret = self.facility.client_secret.get_secret_value()
        return await self.http.post(f"/v2/oauth2/{endpoint}", data=form, auth=(CLIENT_ID, secret))

    async def exchange(self, code: str, **changes: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        return await self.post("token", **(form | {"code_verifier": VERIFIER} | changes))

    async def tokens_of(self, login: str, **changes: str | None) -> dict[str, Any]:
        """Sign somebody in, and return the tokens by resource server."""
        answer = (await self.exchange(await self.code_of(login, **changes))).json()
        return {one["resource_server"]: one for one in (answer, *answer["other_tokens"])}

    async def introspect(self, token: str, **form: str) -> dict[str, Any]:
        """Ask about a token, as the facility's API does."""
        from alcf_mcp.auth.clients import RESOURCE_SERVER  # noqa: PLC0415

        secret = self.facility.service_secret.get_secret_value()
        answer = await self.http.post(
            "/v2/oauth2/token/introspect", data={"token": token} | form, auth=(RESOURCE_SERVER, secret)
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def api_of(self, login: str) -> Api:
        """Sign somebody in, and return a client with their token."""
        from alcf_mcp.auth.clients import RESOURCE_SERVER  # noqa: PLC0415

        token = (await self.tokens_of(login))[RESOURCE_SERVER]["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(self.facility.app)
        http = httpx.AsyncClient(transport=transport, base_url=f"{ORIGIN}/api/v1", headers=headers)
        return Api(await self.facility.of(login), http)


def sent_back(answer: httpx.Response) -> dict[str, str]:
    """Return what the browser brings back to the server."""
    assert answer.status_code == 302, answer.text
    target = urlsplit(answer.headers["Location"])
    assert target._replace(query="").geturl() == REDIRECT
    return dict(parse_qsl(target.query))


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """Ada and Bob at ALCF, and Eve, who has an account elsewhere."""
    people = [LocalIdentity.parse(name) for name in ("ada", "bob", "eve@example.org")]
    settings = LocalSettings(root=tmp_path / "people", **(QUICK))
    facility = TeamFacility(settings, people, redirect_uris=[REDIRECT], control=True)
    async with facility.running():
        transport = httpx.ASGITransport(facility.app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
            yield Team(facility, http)
            await facility.end_jobs()
