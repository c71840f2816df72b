"""Whether a database may be used: its role, its version and its tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
from pydantic import SecretStr

from alcf_mcp.postgres.address import place_of
from alcf_mcp.postgres.connection import LASTING
from alcf_mcp.postgres.failures import failure_in_detail
from alcf_mcp.store import JournalError

NEWEST = "0003"
"""The step of the migrations that this version of alcf-mcp needs."""

OLDEST_SERVER = 15

_ROLE = """
    SELECT current_user, rolsuper OR rolbypassrls, current_setting('server_version_num')::int / 10000
    FROM pg_roles WHERE rolname = current_user
"""


class _Seen(NamedTuple):
    role: str
    sees_all: bool
    server: int


def check_readiness(url: SecretStr) -> None:
    """Check that a database may be used.

    Raises:
        SettingsError: the URL is wrong.
        JournalError: it may not; the message says what to do.
    """
    place = place_of(url)
    with connected(url) as connection:
        check_role(connection, place)
        found = _version(connection)
    if found != NEWEST:
        raise JournalError(_out_of_date(place, found))


def check_role(connection: psycopg.Connection, place: str) -> None:
    """Check that the server is recent enough, and that the role sees no rows but those that it may.

    Raises:
        JournalError: one of them is not so.
    """
    row = connection.execute(_ROLE).fetchone()
    role, sees_all, server = _Seen._make(row or ("", True, 0))
    if server < OLDEST_SERVER:
        raise JournalError(
            f"The database {place} is of PostgreSQL {server}: use PostgreSQL {OLDEST_SERVER} or later"
        )
    if sees_all:
        raise JournalError(
            f"The role {role} of the database {place} bypasses row security, so nothing would keep people "
            "apart: use another one in ALCF_MCP_DATABASE_URL, made by CREATE ROLE alcf_mcp LOGIN NOSUPERUSER "
            "NOBYPASSRLS PASSWORD '…'; CREATE DATABASE alcf_mcp OWNER alcf_mcp;"
        )


@contextmanager
def connected(url: SecretStr) -> Iterator[psycopg.Connection]:
    """Connect to a database, before it is known whether it may be used.

    Raises:
        SettingsError: the URL is wrong.
        JournalError: nothing answers there, or it lets nobody in.
    """
    place = place_of(url)
    try:
        with psycopg.connect(url.get_secret_value(), **LASTING) as connection:
            yield connection
    except psycopg.Error as error:
        raise JournalError(
            f"The database {place} can't be used ({failure_in_detail(error, url)}): check that it runs, and "
            "check ALCF_MCP_DATABASE_URL"
        ) from None


def _version(connection: psycopg.Connection) -> str | None:
    """The step that the database is at; ``None`` if it has no tables yet."""
    if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _out_of_date(place: str, found: str | None) -> str:
    if found and found > NEWEST:
        return (
            f"The tables of the database {place} are of a newer alcf-mcp (step {found}, this one knows "
            f"{NEWEST}): update alcf-mcp"
        )
    has = f"are at step {found} and have to be at {NEWEST}" if found else "are missing"
    return f"The tables of the database {place} {has}: run `alcf-mcp admin migrate`"
