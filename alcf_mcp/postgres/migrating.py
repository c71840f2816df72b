"""Bring a database to the tables that this version needs."""

from __future__ import annotations

import psycopg
from alembic import command
from alembic.config import Config
from pydantic import SecretStr
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from alcf_mcp.postgres.address import place_of
from alcf_mcp.postgres.connection import LASTING
from alcf_mcp.postgres.failures import failure_in_detail
from alcf_mcp.postgres.readiness import check_role, connected
from alcf_mcp.store import JournalError

_LOCK = 0x616C6366  # "alcf": of two migrations at once, the second waits and finds nothing to do


def migrate_database(url: SecretStr) -> None:
    """Run the steps that are missing, in one transaction.

    Raises:
        SettingsError: the URL is wrong.
        JournalError: the database can't be used or changed, or its role sees everybody's rows.
    """
    place = place_of(url)
    with connected(url) as connection:
        check_role(connection, place)

    def connect() -> psycopg.Connection:
        return psycopg.connect(url.get_secret_value(), **LASTING)

    engine = create_engine("postgresql+psycopg://", creator=connect, poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", "alcf_mcp.postgres:migrations")
    try:
        with engine.begin() as migration:
            migration.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            config.attributes["connection"] = migration
            command.upgrade(config, "head")
    except DBAPIError as error:
        cause = error.orig
        why = failure_in_detail(cause, url) if isinstance(cause, psycopg.Error) else type(error).__name__
        raise JournalError(
            f"The tables of the database {place} can't be brought up to date ({why}): let its owner run "
            "`alcf-mcp admin migrate`"
        ) from None
