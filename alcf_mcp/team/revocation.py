"""Where clients revoke their tokens (RFC 7009)."""

from __future__ import annotations

from typing import Any

from mcp.server.auth.middleware.client_auth import AuthenticationError, ClientAuthenticator
from mcp.server.auth.provider import OAuthAuthorizationServerProvider
from mcp.server.auth.routes import cors_middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PATH = "/revoke"

_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def revocation_route(provider: OAuthAuthorizationServerProvider[Any, Any, Any]) -> Route:
    """The route; the SDK's own demands a secret, which most clients have not got.

    Args:
        provider: knows the clients and their tokens.
    """
    clients = ClientAuthenticator(provider)

    async def revoke(request: Request) -> Response:
        try:
            client = await clients.authenticate_request(request)
        except AuthenticationError as error:
            return _refused("invalid_client", error.message, 401)
        token = (await request.form()).get("token")
        if not isinstance(token, str):
            return _refused("invalid_request", "The token is missing", 400)
        for load in (provider.load_access_token, lambda text: provider.load_refresh_token(client, text)):
            found = await load(token)
            if found and found.client_id == client.client_id:
                await provider.revoke_token(found)
                break
        return Response(headers=_NOT_KEPT)  # to a token that it does not know, too

    return Route(PATH, cors_middleware(revoke, ["POST", "OPTIONS"]), methods=["POST", "OPTIONS"])


def _refused(error: str, reason: str, status: int) -> Response:
    return JSONResponse({"error": error, "error_description": reason}, status, headers=_NOT_KEPT)
