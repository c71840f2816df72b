"""Requests to sign in, and the codes that come of them."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from alcf_mcp.local.sign_in.clients import Clients, RegisteredClient
from alcf_mcp.local.sign_in.tokens import SignInSession, UnknownScope, by_resource_server

CODE_SECONDS = 600


class NotRedirected(Exception):
    """A request is wrong in a way that must not send the browser anywhere; a sentence for a person."""


class Redirected(Exception):
    """A request is wrong, and the application is told so.

    Attributes:
        url: where to send the browser.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


@dataclass(frozen=True)
class AuthorizationRequest:
    """What an application asks for, checked."""

    client: RegisteredClient
    redirect_uri: str
    scopes: str
    state: str | None
    challenge: str | None
    nonce: str | None
    refreshable: bool

    def answered(self, **answer: str) -> str:
        """Where the browser goes next."""
        parts = urlsplit(self.redirect_uri)
        given = answer | ({"state": self.state} if self.state is not None else {})
        query = "&".join(filter(None, (parts.query, urlencode(given))))
        return urlunsplit(parts._replace(query=query))


def read_request(query: Mapping[str, str], clients: Clients, *, shown_here: str) -> AuthorizationRequest:
    """Check what an application asks for.

    Args:
        query: its parameters.
        clients: the registered applications.
        shown_here: the address of the page that shows a code, which every public client may use.

    Raises:
        NotRedirected: nobody may be sent to where it says.
        Redirected: something else is wrong.
    """
    client = clients.get(query.get("client_id", ""))
    if client is None:
        raise NotRedirected("No application is registered under this client_id.")
    redirect_uri = query.get("redirect_uri", "")
    allowed = (*client.redirect_uris, *([shown_here] if client.secret is None else []))
    if redirect_uri not in allowed:
        raise NotRedirected("The redirect_uri is not registered for this application.")
    asked = AuthorizationRequest(
        client,
        redirect_uri,
        query.get("scope", ""),
        query.get("state"),
        query.get("code_challenge"),
        query.get("nonce"),
        query.get("access_type") == "offline",
    )
    if query.get("response_type") != "code":
        raise Redirected(asked.answered(error="unsupported_response_type"))
    if asked.challenge is None and client.secret is None:
        raise Redirected(
            asked.answered(error="invalid_request", error_description="A public client needs PKCE")
        )
    if asked.challenge is not None and query.get("code_challenge_method") != "S256":
        raise Redirected(
            asked.answered(error="invalid_request", error_description="code_challenge_method must be S256")
        )
    try:
        by_resource_server(asked.scopes)
    except UnknownScope as error:
        raise Redirected(asked.answered(error="invalid_scope", error_description=str(error))) from None
    return asked


class Authorizations:
    """Requests that wait for somebody to choose who they are, and codes that wait to be exchanged."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiting: dict[str, tuple[float, AuthorizationRequest]] = {}
        self._codes: dict[str, tuple[float, AuthorizationRequest, SignInSession]] = {}

    def wait(self, asked: AuthorizationRequest) -> str:
        """Keep a request, and return the secret that only its page knows."""
        key = secrets.token_urlsafe(24)
        self._waiting[key] = (self._clock(), asked)
        return key

    def resume(self, key: str) -> AuthorizationRequest | None:
        """Return a request that was kept, once."""
        kept = self._waiting.pop(key, None)
        return kept[1] if kept and kept[0] + CODE_SECONDS > self._clock() else None

    def approve(self, asked: AuthorizationRequest, session: SignInSession) -> str:
        """Return where the browser goes with a code, now that somebody has signed in."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = (self._clock(), asked, session)
        return asked.answered(code=code)

    def exchange(
        self, form: Mapping[str, str], client: RegisteredClient
    ) -> tuple[AuthorizationRequest, SignInSession] | None:
        """Return what a code stands for, once, and only to the application that asked for it."""
        issued_at, asked, session = self._codes.pop(form.get("code", ""), (0.0, None, None))
        if asked is None or session is None or issued_at + CODE_SECONDS <= self._clock():
            return None
        is_theirs = asked.client.id == client.id and asked.redirect_uri == form.get("redirect_uri")
        return (asked, session) if is_theirs and _verified(asked.challenge, form) else None


def _verified(challenge: str | None, form: Mapping[str, str]) -> bool:
    if challenge is None:
        return True
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return secrets.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"="), challenge.encode())
