"""What is said when the database fails: little to those who use the server, more to those who run it."""

from __future__ import annotations

from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import PoolTimeout
from pydantic import SecretStr

_REASONS: dict[str, str] = {
    "25006": "this was only to be read",
    "42501": "this role lacks a right",
    "55P03": "another change of the same person is still in progress",
    "53300": "it has too many connections",
    "57014": "a statement took too long",
    "57P01": "it was shut down",
    "57P03": "it is starting up or shutting down",
}


def failure(error: psycopg.Error | PoolTimeout) -> str:
    """Return why something failed; it names no host, role or database."""
    if isinstance(error, PoolTimeout):
        return "there is no free connection"
    if not error.sqlstate:
        return "there is no connection to it"
    return f"{_REASONS.get(error.sqlstate, type(error).__name__)}, {error.sqlstate}"


def failure_in_detail(error: psycopg.Error | PoolTimeout, url: SecretStr) -> str:
    """Return why something failed, in one line and with all that is known but the password."""
    text = " ".join(str(error).split())
    password = str(conninfo_to_dict(url.get_secret_value()).get("password") or "")
    if password and any(form in text for form in (password, quote(password, safe=""))):
        return failure(error)
    return text
