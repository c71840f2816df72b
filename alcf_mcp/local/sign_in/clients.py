"""The applications that people sign in with."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from pydantic import SecretStr

from alcf_mcp.local.credentials import same_token


@dataclass(frozen=True)
class RegisteredClient:
    """An application.

    Args:
        id: its id.
        redirect_uris: where people may be sent back to, exactly.
        secret: its secret; a public client has none, and proves itself with PKCE.
        name: what people see.
    """

    id: str
    redirect_uris: tuple[str, ...] = ()
    secret: SecretStr | None = None
    name: str = "An application"


class ClientNotAuthenticated(Exception):
    """A request names no registered client, or does not prove to come from it."""


class Clients:
    """The registered applications."""

    def __init__(self, clients: Iterable[RegisteredClient]) -> None:
        self._clients = {client.id: client for client in clients}

    def get(self, id: str) -> RegisteredClient | None:
        """Return a client, if it is registered."""
        return self._clients.get(id)

    def authenticated(self, authorization: str, form: Mapping[str, str]) -> RegisteredClient:
        """Return the client that makes a request.

        Args:
            authorization: the header, with id and secret if the client sends them there.
            form: the request's form, with id and perhaps secret otherwise.

        Raises:
            ClientNotAuthenticated: it is none, or its secret is wrong.
        """
        id, secret = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
        client = self._clients.get(id)
        if client is None or (client.secret is not None and not same_token(secret, client.secret)):
            raise ClientNotAuthenticated
        return client


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ClientNotAuthenticated from None
    return unquote_plus(id), unquote_plus(secret)
