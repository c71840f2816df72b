"""Who looks at the server's own pages: a session of the browser, begun by a sign-in at Globus.

It shows the person's own pages, and nothing else: it holds no token, and no client can use it.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from time import time
from typing import Any
from urllib.parse import urlencode

import jwt
from fastmcp.server.auth.oauth_proxy.upstream import AsyncOAuth2Client
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from alcf_mcp.auth.clients import POLICY
from alcf_mcp.measures import OUTCOME, SIGN_IN, SIGN_INS
from alcf_mcp.team.admission import Admission
from alcf_mcp.team.globus_client import IDENTITY_SCOPES, IDTokens, globus_url
from alcf_mcp.team.person import Person

logger = logging.getLogger(__name__)

SIGN_IN_PATH, CALLBACK_PATH = "/pages/sign-in", "/pages/callback"

SESSION, ATTEMPT = "alcf_session", "alcf_attempt"
"""The cookies: of a session, and of an attempt to begin one. Over TLS, their names keep other hosts from
setting them."""

SESSION_SECONDS, ATTEMPT_SECONDS = 3600, 600


@dataclass(frozen=True)
class Visitor:
    """Somebody who looks at a page.

    Attributes:
        person: who it is.
        token: what their forms have to carry, so that no other site can send them.
    """

    person: Person
    token: str


@dataclass(frozen=True)
class BrowserSessions:
    """Begins sessions, and recognizes them.

    Args:
        client_id: the server's client at Globus.
        client_secret: its secret.
        origin: the server's public address, without a path.
        key: signs what the cookies hold.
        admission: who may use the server.
        id_tokens: verifies what Globus says about them.
    """

    client_id: str
    client_secret: SecretStr
    origin: str
    key: bytes
    admission: Admission
    id_tokens: IDTokens

    def routes(self) -> list[Route]:
        """The routes by which people sign in."""
        return [Route(SIGN_IN_PATH, self._sign_in), Route(CALLBACK_PATH, self._callback)]

    async def visitor(self, request: Request) -> Visitor | None:
        """Who looks at a page; ``None`` if they have not signed in, or are not let in any more."""
        session = self._opened(request.cookies.get(self._name(SESSION)), "session")
        if session is None or not await self.admission.still_admits(person := Person.of(session)):
            return None
        proof = hmac.new(self.key, f"form {session['jti']}".encode(), hashlib.sha256).hexdigest()
        return Visitor(person, proof)

    def is_from_here(self, request: Request, visitor: Visitor, token: object) -> bool:
        """Whether a form was sent from a page of this server, by the person who was shown it."""
        origin = request.headers.get("origin", self.origin)
        given = token if isinstance(token, str) else ""
        return origin == self.origin and hmac.compare_digest(given.encode(), visitor.token.encode())

    async def _sign_in(self, request: Request) -> Response:
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": f"{self.origin}{CALLBACK_PATH}",
            "scope": " ".join(IDENTITY_SCOPES),
            "session_required_policies": POLICY,
            "state": state,
            "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        response = RedirectResponse(f"{globus_url()}/v2/oauth2/authorize?{urlencode(asked)}", 303)
        self._set(response, ATTEMPT, {"state": state, "verifier": verifier}, ATTEMPT_SECONDS, "attempt")
        return response

    async def _callback(self, request: Request) -> Response:
        attempt = self._opened(request.cookies.get(self._name(ATTEMPT)), "attempt")
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        if not (attempt and code and hmac.compare_digest(state.encode(), attempt["state"].encode())):
            return _failed("This sign-in was not begun in this browser, or too long ago")
        try:
            person = Person.of(await self._claims(code, attempt["verifier"]))
        except Exception as error:  # whatever Globus says: nobody is signed in
            logger.warning("a sign-in to the pages failed (%s)", type(error).__name__)
            SIGN_INS.add(1, {SIGN_IN: "pages", OUTCOME: "failed"})
            return _failed("Globus did not confirm the sign-in")
        if not await self.admission.still_admits(person):
            SIGN_INS.add(1, {SIGN_IN: "pages", OUTCOME: "refused"})
            return _failed("You may not use this server", 403)
        SIGN_INS.add(1, {SIGN_IN: "pages", OUTCOME: "ok"})
        response = RedirectResponse("/approvals", 303)
        facts = person.claims() | {"jti": secrets.token_hex(16)}
        self._set(response, SESSION, facts, SESSION_SECONDS, "session")
        response.delete_cookie(self._name(ATTEMPT), secure=self._is_secure, httponly=True, samesite="lax")
        return response

    async def _claims(self, code: str, verifier: str) -> dict[str, Any]:
        client = AsyncOAuth2Client(self.client_id, self.client_secret.get_secret_value(), timeout=20.0)
        try:
            answer = await client.fetch_token(
                f"{globus_url()}/v2/oauth2/token",
                code=code,
                redirect_uri=f"{self.origin}{CALLBACK_PATH}",
                code_verifier=verifier,
            )
        finally:
            await client.aclose()
        return await self.id_tokens.claims(answer["id_token"])

    def _set(self, response: Response, cookie: str, facts: dict[str, Any], seconds: int, use: str) -> None:
        # Issuer and subject are Globus' words here: the token's own are told by its audience.
        value = jwt.encode({"facts": facts, "aud": use, "exp": int(time()) + seconds}, self.key, "HS256")
        response.set_cookie(
            self._name(cookie),
            value,
            max_age=seconds,
            httponly=True,
            secure=self._is_secure,
            samesite="lax",
            path="/",
        )

    @property
    def _is_secure(self) -> bool:
        return self.origin.startswith("https:")

    def _name(self, cookie: str) -> str:
        return f"__Host-{cookie}" if self._is_secure else cookie

    def _opened(self, cookie: str | None, use: str) -> dict[str, Any] | None:
        try:
            facts: dict[str, Any] = jwt.decode(cookie or "", self.key, ["HS256"], audience=use)["facts"]
        except jwt.PyJWTError:
            return None
        return facts


def _failed(reason: str, status: int = 400) -> Response:
    return PlainTextResponse(f"{reason}. Open {SIGN_IN_PATH} to try again.\n", status)
