"""Who looks at the server's own pages: a session of the browser, begun by a sign-in at Globus.

The browser holds no token: its cookie names a visit, whose tokens stay in the server's encrypted store.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from time import time
from typing import Any
from urllib.parse import urlencode

import jwt
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from alcf_mcp.measures import OUTCOME, SIGN_IN, SIGN_INS
from alcf_mcp.team.admission import NotAdmitted
from alcf_mcp.team.clients import ATTEMPTS_A_MINUTE, PerMinute
from alcf_mcp.team.globus_client import globus_url
from alcf_mcp.team.pages.visits import VISIT_SECONDS, Visit, Visits
from alcf_mcp.team.person import Person

logger = logging.getLogger(__name__)

SIGN_IN_PATH, CALLBACK_PATH, SIGN_OUT_PATH = "/pages/sign-in", "/pages/callback", "/pages/sign-out"
HOME = "/approvals"

SESSION, ATTEMPT = "alcf_session", "alcf_attempt"
"""The cookies: of a session, and of an attempt to begin one. Over TLS, their names keep other hosts from
setting them."""

ATTEMPT_SECONDS = 600

_PAGE = re.compile(r"/approvals|/views/[a-z_]+")
_SIGNED_OUT = """You are signed out of these pages.
Your assistants are not, and neither are you at Globus: on a computer that others use, sign out there, too.
"""


@dataclass(frozen=True)
class Visitor:
    """Somebody who looks at a page.

    Attributes:
        visit: their visit.
        token: what their forms have to carry, so that no other site can send them.
    """

    visit: Visit
    token: str

    @property
    def person(self) -> Person:
        """Who it is."""
        return self.visit.person


@dataclass(frozen=True)
class BrowserSessions:
    """Begins sessions, recognizes them, and ends them.

    Args:
        visits: people's visits.
        origin: the server's public address, without a path.
        key: signs what the cookies hold.
        attempts: bounds how many sign-ins are looked into at Globus.
    """

    visits: Visits
    origin: str
    key: bytes
    attempts: PerMinute = field(default_factory=lambda: PerMinute(ATTEMPTS_A_MINUTE))

    def routes(self) -> list[Route]:
        """The routes by which people sign in and out."""
        return [
            Route(SIGN_IN_PATH, self._sign_in),
            Route(CALLBACK_PATH, self._callback),
            Route(SIGN_OUT_PATH, self._sign_out, methods=["POST"]),
        ]

    async def visitor(self, request: Request) -> Visitor | None:
        """Who looks at a page; ``None`` if they have not signed in, or are not let in any more."""
        session = self._opened(request.cookies.get(self._name(SESSION)), "session")
        if session is None or "visit" not in session:
            return None
        visit = Visit(Person.of(session), session["visit"])
        if not await self.visits.goes_on(visit):
            return None
        proof = hmac.new(self.key, f"form {visit.sign_in}".encode(), hashlib.sha256).hexdigest()
        return Visitor(visit, proof)

    def is_from_here(self, request: Request, visitor: Visitor, token: object) -> bool:
        """Whether something was sent from a page of this server, by the person who was shown it."""
        origin = request.headers.get("origin", self.origin)
        given = token if isinstance(token, str) else ""
        return origin == self.origin and hmac.compare_digest(given.encode(), visitor.token.encode())

    async def _sign_in(self, request: Request) -> Response:
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = self.visits.asked() | {
            "response_type": "code",
            "state": state,
            "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        response = RedirectResponse(f"{globus_url()}/v2/oauth2/authorize?{urlencode(asked)}", 303)
        attempt = {
            "state": state,
            "verifier": verifier,
            "then": _page(request.query_params.get("then", HOME)),
        }
        self._set(response, ATTEMPT, attempt, ATTEMPT_SECONDS, "attempt")
        return response

    async def _callback(self, request: Request) -> Response:
        attempt = self._opened(request.cookies.get(self._name(ATTEMPT)), "attempt")
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        if not (attempt and hmac.compare_digest(state.encode(), attempt["state"].encode())):
            return _failed("This sign-in was not begun in this browser, or too long ago")
        if not code:
            return _failed("You did not sign in at Globus")
        if not self.attempts.admit():
            return _failed("Too many people sign in just now; wait a minute", 429)
        try:
            visit = await self.visits.begin(code, attempt["verifier"])
        except NotAdmitted:
            SIGN_INS.add(1, {SIGN_IN: "pages", OUTCOME: "refused"})
            return _failed("You may not use this server", 403)
        except Exception as error:  # whatever Globus says: nobody is signed in
            logger.warning("a sign-in to the pages failed (%s)", type(error).__name__)
            SIGN_INS.add(1, {SIGN_IN: "pages", OUTCOME: "failed"})
            return _failed("Globus did not confirm the sign-in")
        SIGN_INS.add(1, {SIGN_IN: "pages", OUTCOME: "ok"})
        response = RedirectResponse(attempt["then"], 303)
        facts = visit.person.claims() | {"visit": visit.sign_in}
        self._set(response, SESSION, facts, VISIT_SECONDS, "session")
        self._delete(response, ATTEMPT)
        return response

    async def _sign_out(self, request: Request) -> Response:
        if visitor := await self.visitor(request):
            if not self.is_from_here(request, visitor, (await request.form()).get("token")):
                return not_from_here()
            await self.visits.end(visitor.visit)
        response = PlainTextResponse(_SIGNED_OUT)
        self._delete(response, SESSION)
        return response

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

    def _delete(self, response: Response, cookie: str) -> None:
        response.delete_cookie(self._name(cookie), secure=self._is_secure, httponly=True, samesite="lax")

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


def to_sign_in(request: Request) -> Response:
    """Send somebody to the sign-in, from which they come back to the page that they asked for."""
    page = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{SIGN_IN_PATH}?{urlencode({'then': page})}", 303)


def not_signed_in() -> Response:
    """Refuse what somebody has sent whose visit is over."""
    return PlainTextResponse(
        f"Nothing was done: you are not signed in any more. Open {SIGN_IN_PATH} to sign in again.\n", 401
    )


def not_from_here() -> Response:
    """Refuse what another site has sent."""
    return PlainTextResponse("This was not sent from a page of this server.\n", 403)


def _page(wanted: str) -> str:
    """The page to go to after the sign-in: one of this server's, whatever an address says."""
    return wanted if _PAGE.fullmatch(wanted.partition("?")[0]) else HOME


def _failed(reason: str, status: int = 400) -> Response:
    return PlainTextResponse(f"{reason}. Open {SIGN_IN_PATH} to try again.\n", status)
