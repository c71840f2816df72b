"""A small Globus Auth on this machine, and a facility that asks it about tokens.

It speaks the endpoints that globus_sdk calls: authorize, token (authorization code with PKCE, refresh),
revoke, introspect, the OpenID configuration and the key. A request for anything else is recorded.

`alcf_mcp.local.sign_in` is the one that people use. This one is stricter: it asserts that this package's own
requests are what they should be, and it says whatever a test wants a facility to say.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from alcf_mcp.auth.clients import POLICY, RESOURCE_SERVER
from alcf_mcp.auth.clients import SCOPE as FACILITY
from tests.threads import served

HOURS_48 = 48 * 3600


@dataclass(frozen=True)
class Identity:
    """An identity at an identity provider."""

    id: str
    username: str


ADA = Identity("11111111-1111-4111-8111-111111111111", "ada@alcf.anl.gov")
BOB = Identity("22222222-2222-4222-8222-222222222222", "bob@alcf.anl.gov")


@dataclass
class Token:
    """What a token stands for."""

    client_id: str
    identity: Identity
    scope: str
    expires_at: float
    active: bool = True

    @property
    def valid(self) -> bool:
        return self.active and self.expires_at > time.time()


@dataclass
class GlobusAuth:
    """The state of the server; tests read and change it."""

    url: str = ""
    person: Identity = ADA
    lifetime: float = HOURS_48
    failing: bool = False
    slow: float = 0.0
    facility_says: str | None = None
    policy_passes: bool = True
    tokens: dict[str, Token] = field(default_factory=dict)
    refresh_tokens: dict[str, Token] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refreshes: int = 0
    facility_calls: int = 0
    unexpected: list[str] = field(default_factory=list)

    @property
    def secrets(self) -> list[str]:
        """Everything that must not be seen anywhere."""
        return [*self.tokens, *self.refresh_tokens]

    def approve(self, url: str) -> str:
        """Do what the user does in a browser: open the address, sign in, copy the code."""
        shown = httpx.get(url, trust_env=False)
        assert shown.status_code == 200, shown.text
        return shown.text

    def expire_all(self) -> None:
        """Let every access token expire at Globus."""
        for token in self.tokens.values():
            token.expires_at = 0

    def revoke_refresh_tokens(self) -> None:
        for token in self.refresh_tokens.values():
            token.active = False

    def issue(self, client_id: str, identity: Identity, scope: str, *, refreshable: bool) -> dict[str, Any]:
        """Build the token response of one resource server."""
        made = Token(client_id, identity, scope, time.time() + self.lifetime)
        access = f"Ag{secrets.token_urlsafe(40)}"
        self.tokens[access] = made
        response = {
            "access_token": access,
            "scope": scope,
            "expires_in": int(self.lifetime),
            "token_type": "Bearer",
            "resource_server": RESOURCE_SERVER if scope == FACILITY else "auth.globus.org",
        }
        if refreshable:
            refresh = f"Rt{secrets.token_urlsafe(40)}"
            self.refresh_tokens[refresh] = Token(client_id, identity, scope, time.time() + 10**7)
            response["refresh_token"] = refresh
        return response

    # The endpoints

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["session_required_policies"] == POLICY
        code = secrets.token_urlsafe(22)
        self.codes[code] = asked
        return PlainTextResponse(code)

    async def token(self, request: Request) -> Response:
        if self.failing:
            return JSONResponse({"error": "unavailable"}, 503)
        form = await _form(request)
        if self.slow:
            import anyio  # noqa: PLC0415

            await anyio.sleep(self.slow)
        return self._refreshed(form) if form["grant_type"] == "refresh_token" else self._exchanged(form)

    def _exchanged(self, form: dict[str, str]) -> Response:
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or asked["client_id"] != form["client_id"]
            or asked["redirect_uri"] != form["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        client, offline = form["client_id"], asked["access_type"] == "offline"
        mine, other = FACILITY, " ".join(sorted(set(asked["scope"].split()) - {FACILITY}))
        response = self.issue(client, self.person, mine, refreshable=offline)
        response["other_tokens"] = [self.issue(client, self.person, other, refreshable=offline)]
        response["id_token"] = self._id_token(client)
        return JSONResponse(response)

    def _refreshed(self, form: dict[str, str]) -> Response:
        self.refreshes += 1
        known = self.refresh_tokens.get(form["refresh_token"])
        if known is None or not known.valid or known.client_id != form["client_id"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        response = self.issue(known.client_id, known.identity, known.scope, refreshable=False)
        response |= {"refresh_token": form["refresh_token"], "other_tokens": []}
        return JSONResponse(response)

    async def revoke(self, request: Request) -> Response:
        if self.failing:
            return JSONResponse({"error": "unavailable"}, 503)
        token = (await _form(request))["token"]
        for known in (self.tokens, self.refresh_tokens):
            if token in known:
                known[token].active = False
        return JSONResponse({"active": False})

    async def introspect(self, request: Request) -> Response:
        expected = "Basic " + base64.b64encode(b"service:service-secret").decode()
        if request.headers.get("authorization") != expected:
            return JSONResponse({"error": "invalid_client"}, 401)
        form = await _form(request)
        assert form["include"] == "session_info,identity_set_detail"
        assert form["authentication_policies"] == POLICY
        known = self.tokens.get(form["token"])
        if known is None or not known.valid:
            return JSONResponse({"active": False})
        return JSONResponse(
            {
                "active": True,
                "username": known.identity.username,
                "sub": known.identity.id,
                "scope": known.scope,
                "exp": int(known.expires_at),
                "session_info": {
                    "session_id": "s-1",
                    "authentications": {known.identity.id: {"auth_time": 1767225600, "idp": "alcf"}},
                },
                "identity_set_detail": [{"username": known.identity.username, "status": "used"}],
                "policy_evaluations": {POLICY: {"evaluation": self.policy_passes}},
            }
        )

    def _id_token(self, client_id: str) -> str:
        claims = {
            "sub": self.person.id,
            "preferred_username": self.person.username,
            "aud": client_id,
            "iss": self.url,
            "exp": int(time.time()) + 3600,
            "iat": int(time.time()),
        }
        return jwt.encode(claims, _key(), algorithm="RS512")

    async def configuration(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/jwk.json",
                "id_token_signing_alg_values_supported": ["RS512"],
            }
        )

    async def jwk(self, request: Request) -> Response:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(_key().public_key(), as_dict=True)
        return JSONResponse({"keys": [{**public, "alg": "RS512", "use": "sig"}]})

    async def projects(self, request: Request) -> Response:
        """Answer as the facility: one operation that needs a token."""
        self.facility_calls += 1
        if refusal := self.refusal(request.headers.get("authorization", "")):
            return problem(refusal)
        return JSONResponse([])

    def refusal(self, authorization: str) -> str | None:
        """Return why the facility does not accept a token, in its own words."""
        if self.facility_says:
            return self.facility_says
        known = self.tokens.get(authorization.removeprefix("Bearer "))
        if known is None or not known.active or known.scope != FACILITY:
            return "Facility Specific authentication failed: 401: Globus token not active."
        return None if known.valid else "Facility Specific authentication failed: 401: Globus token expired."

    async def other(self, request: Request) -> Response:
        self.unexpected.append(f"{request.method} {request.url.path}")
        return JSONResponse({"error": "not found"}, 404)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v2/oauth2/authorize", self.authorize),
                Route("/v2/oauth2/token", self.token, methods=["POST"]),
                Route("/v2/oauth2/token/revoke", self.revoke, methods=["POST"]),
                Route("/v2/oauth2/token/introspect", self.introspect, methods=["POST"]),
                Route("/.well-known/openid-configuration", self.configuration),
                Route("/jwk.json", self.jwk),
                Route("/api/v1/account/projects", self.projects),
                Route("/{rest:path}", self.other, methods=["GET", "POST", "PUT", "DELETE"]),
            ]
        )


def problem(detail: str) -> JSONResponse:
    """Return the facility's 401."""
    body = {"type": "…/unauthorized", "title": "Unauthorized", "status": 401, "detail": detail}
    return JSONResponse(body, 401, media_type="application/problem+json")


async def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Site:
    """A port on this machine, and the app that answers there now: each test has its own Globus."""

    url: str = ""
    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@contextlib.contextmanager
def serving() -> Iterator[Site]:
    """Serve on a free port, in a thread of its own."""
    site = Site()
    with served(site) as site.url:
        yield site


def query_of(url: str) -> dict[str, str]:
    """Return the query parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def stored(path: Any) -> dict[str, Any]:
    """Return the tokens of a store by resource server, as the file has them."""
    return json.loads(path.read_text())["data"]["DEFAULT"]  # type: ignore[no-any-return]
