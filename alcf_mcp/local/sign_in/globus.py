"""The service: Globus Auth's endpoints."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import anyio
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from alcf_mcp.local.sign_in import pages
from alcf_mcp.local.sign_in.authorization import (
    AuthorizationRequest,
    Authorizations,
    NotRedirected,
    Redirected,
    read_request,
)
from alcf_mcp.local.sign_in.clients import ClientNotAuthenticated, Clients, RegisteredClient
from alcf_mcp.local.sign_in.control import control_routes
from alcf_mcp.local.sign_in.id_tokens import Signer
from alcf_mcp.local.sign_in.identities import LocalIdentity
from alcf_mcp.local.sign_in.introspection import introspected
from alcf_mcp.local.sign_in.tokens import AUTH_SERVER, SignInSession, Tokens

Endpoint = Callable[[Request, RegisteredClient, dict[str, str]], Awaitable[Response]]

SHOWN_HERE = "/v2/web/auth-code"
"""Where native applications let a code be shown, to be copied."""

PERSON = "person"
"""Cookie that says who signs in without a choice, for programs."""


class LocalGlobus:
    """Globus Auth, as far as signing in to servers and to the facility needs it.

    A browser gets a page on which the user chooses who they are. A program says it with the parameter
    ``login_hint`` or the cookie ``person``, and is sent on at once.

    Args:
        people: who can sign in.
        clients: the registered applications.
        control: whether ``/control`` lets other processes do what a test can do here.
        clock: the time, in seconds since the epoch.

    Attributes:
        tokens: what was issued; tests expire and revoke it.
        failing: whether the endpoints for applications answer 503.
        slow: seconds that those endpoints wait before they answer.
        policy_passes: whether ALCF's policy accepts anybody at all.
    """

    def __init__(
        self,
        people: Iterable[LocalIdentity],
        clients: Iterable[RegisteredClient],
        *,
        control: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.people = tuple(people)
        self.clients = Clients(clients)
        self.tokens = Tokens(clock)
        self.failing = False
        self.slow = 0.0
        self.policy_passes = True
        self._control = control
        self._clock = clock
        self._authorizations = Authorizations(clock)
        self._signer = Signer()

    def routes(self) -> list[Route]:
        """The endpoints, at the root of the service's address."""
        oauth2 = "/v2/oauth2"
        for_clients = {
            "token": self._token,
            "token/revoke": self._revoke,
            "token/introspect": self._introspect,
        }
        return [
            Route("/.well-known/openid-configuration", self._configuration),
            Route("/jwk.json", self._jwks),
            Route(f"{oauth2}/authorize", self._authorize),
            Route(f"{oauth2}/authorize", self._chosen, methods=["POST"]),
            Route(SHOWN_HERE, self._show_code),
            Route(f"{oauth2}/userinfo", self._userinfo, methods=["GET", "POST"]),
            *(
                Route(f"{oauth2}/{path}", self._for_clients(endpoint), methods=["POST"])
                for path, endpoint in for_clients.items()
            ),
            *(control_routes(self) if self._control else []),
        ]

    def satisfies_policy(self, session: SignInSession) -> bool:
        """Whether ALCF's policy accepts a sign-in now."""
        return self.policy_passes and self.tokens.satisfies_policy(session)

    # In the browser

    async def _authorize(self, request: Request) -> Response:
        query = request.query_params
        try:
            asked = read_request(query, self.clients, shown_here=f"{_origin(request)}{SHOWN_HERE}")
        except NotRedirected as error:
            return pages.refusal(str(error))
        except Redirected as error:
            return RedirectResponse(error.url, 302)
        person = self._person(query.get("login_hint") or request.cookies.get(PERSON, ""))
        if person is None:
            return pages.choice(asked, self.people, self._authorizations.wait(asked))
        return self._approved(asked, person)

    async def _chosen(self, request: Request) -> Response:
        form = await _form(request)
        asked = self._authorizations.resume(form.get("request", ""))
        person = self._person(form.get("person", ""))
        if asked is None or person is None:
            return pages.refusal("This page was used before, or is too old. Start again in your application.")
        return self._approved(asked, person)

    def _approved(self, asked: AuthorizationRequest, person: LocalIdentity) -> Response:
        session = SignInSession(person, self._clock())
        return RedirectResponse(
            self._authorizations.approve(asked, session), 302, headers={"Cache-Control": "no-store"}
        )

    def _person(self, name: str) -> LocalIdentity | None:
        return next((person for person in self.people if name in (person.username, person.login)), None)

    async def _show_code(self, request: Request) -> Response:
        code = request.query_params.get("code")
        return pages.code(code) if code else pages.refusal("There is no code in this address.")

    # For applications

    def _for_clients(self, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            await anyio.sleep(self.slow)
            if self.failing:
                return _error("unavailable", 503)
            form = await _form(request)
            try:
                client = self.clients.authenticated(request.headers.get("Authorization", ""), form)
            except ClientNotAuthenticated:
                return _error("invalid_client", 401)
            return await endpoint(request, client, form)

        return answer

    async def _token(self, request: Request, client: RegisteredClient, form: dict[str, str]) -> Response:
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchanged(request, client, form)
            case "refresh_token":
                renewed = self.tokens.renew(form.get("refresh_token", ""), client.id)
                return _tokens(renewed | {"other_tokens": []}) if renewed else _error("invalid_grant")
            case _:
                return _error("unsupported_grant_type")

    def _exchanged(self, request: Request, client: RegisteredClient, form: dict[str, str]) -> Response:
        found = self._authorizations.exchange(form, client)
        if found is None:
            return _error("invalid_grant")
        asked, session = found
        first, *others = self.tokens.issue(client.id, session, asked.scopes, refreshable=asked.refreshable)
        answer = first | {"other_tokens": others}
        if asked.state is not None:
            answer["state"] = asked.state
        if "openid" in asked.scopes.split():
            answer["id_token"] = self._signer.id_token(
                session,
                issuer=_origin(request),
                audience=client.id,
                access_token=first["access_token"],
                nonce=asked.nonce,
                now=self._clock(),
            )
        return _tokens(answer)

    async def _revoke(self, _: Request, client: RegisteredClient, form: dict[str, str]) -> Response:
        self.tokens.revoke(form.get("token", ""), client.id)
        return JSONResponse({"active": False})

    async def _introspect(self, request: Request, client: RegisteredClient, form: dict[str, str]) -> Response:
        if client.secret is None:
            return _error("invalid_client", 401)
        token = self.tokens.valid(form.get("token", ""))
        is_theirs = token is not None and client.id in (token.resource_server, token.client_id)
        if token is None or not is_theirs:
            return JSONResponse({"active": False})
        return JSONResponse(
            introspected(
                token,
                issuer=_origin(request),
                include=form.get("include", ""),
                policies=form.get("authentication_policies", ""),
                passes=self.satisfies_policy(token.session),
            )
        )

    async def _userinfo(self, request: Request) -> Response:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        token = self.tokens.valid(text) if scheme.lower() == "bearer" else None
        if token is None:
            return _error("unauthorized", 401)
        if token.resource_server != AUTH_SERVER or "openid" not in token.scope.split():
            return _error("forbidden", 403)
        return JSONResponse(token.session.identity.claims)

    async def _configuration(self, request: Request) -> Response:
        origin = _origin(request)
        endpoints = f"{origin}/v2/oauth2"
        return JSONResponse(
            {
                "issuer": origin,
                "authorization_endpoint": f"{endpoints}/authorize",
                "token_endpoint": f"{endpoints}/token",
                "revocation_endpoint": f"{endpoints}/token/revoke",
                "introspection_endpoint": f"{endpoints}/token/introspect",
                "userinfo_endpoint": f"{endpoints}/userinfo",
                "jwks_uri": f"{origin}/jwk.json",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "id_token_signing_alg_values_supported": ["RS512"],
                "scopes_supported": ["openid", "profile", "email"],
                "subject_types_supported": ["public"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                    "none",
                ],
            }
        )

    async def _jwks(self, _: Request) -> Response:
        return JSONResponse(self._signer.jwks)


def _origin(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _error(error: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"error": error}, status)


def _tokens(answer: dict[str, Any]) -> JSONResponse:
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


async def _form(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=50) as form:
        return {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
