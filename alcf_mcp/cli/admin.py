"""``alcf-mcp admin``: the database of a server for many people."""

from __future__ import annotations

import sys

import typer

from alcf_mcp.config import SettingsError, load_settings

admin = typer.Typer(help="Run a server for many people: its database.", no_args_is_help=True)


@admin.callback()
def administer() -> None:
    """Run a server for many people: its database."""


@admin.command()
def migrate() -> None:
    """Bring the tables of the database in ALCF_MCP_DATABASE_URL up to date."""
    settings = load_settings()
    url = settings.database_url
    if url is None:
        raise SettingsError("ALCF_MCP_DATABASE_URL is not set: set it to the URL of the database")
    try:
        from alcf_mcp.postgres.address import place_of  # noqa: PLC0415 - loaded where it is used
        from alcf_mcp.postgres.migrating import migrate_database  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SettingsError(f"{error.name} is missing: install alcf-mcp[team]") from None
    migrate_database(url)
    sys.stdout.write(f"The tables of the database {place_of(url)} are up to date.\n")
