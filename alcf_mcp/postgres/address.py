"""Where a database is: its URL, which holds a password, and what may be told of it."""

from __future__ import annotations

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from alcf_mcp.config import SettingsError

EXAMPLE = "postgresql://alcf_mcp:…@db.example.org/alcf_mcp"


def place_of(url: SecretStr) -> str:
    """Return which database a URL names, without its password.

    Raises:
        SettingsError: it is no URL of a PostgreSQL database; what it holds is not shown.
    """
    text = url.get_secret_value()
    try:
        parts = conninfo_to_dict(text) if text.startswith(("postgresql://", "postgres://")) else {}
    except ProgrammingError:  # its message may show a part of the password
        parts = {}
    host, port, name = (str(parts.get(part) or "") for part in ("host", "port", "dbname"))
    # A password with one of these in it ends up in other parts of the URL.
    names = name if host.startswith("/") else host + name  # a directory, in which the server has its socket
    if not name or any(mark in names for mark in "@/?#"):
        raise _wrong()
    if port and not all(one.isascii() and one.isdecimal() for one in port.split(",")):
        raise _wrong()
    return f"{name} at {host or 'this machine'}"


def _wrong() -> SettingsError:
    return SettingsError(
        f"ALCF_MCP_DATABASE_URL: write a URL such as {EXAMPLE}, in which special characters of the password "
        "are percent-encoded"
    )
