"""``alcf-mcp admin``: what the people who run a server for many people do."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from alcf_mcp.cli.showing import console, plain
from alcf_mcp.config import SettingsError, load_settings

if TYPE_CHECKING:
    from pydantic import SecretStr

    from alcf_mcp.postgres.members import Member, Members, SeenPerson

T = TypeVar("T")

admin = typer.Typer(help="Run a server for many people: its database, and who may use it.")
users = typer.Typer(help="Who may use the server, and who has.", no_args_is_help=False)
admin.add_typer(users, name="users")

Name = Annotated[str, typer.Argument(help="A username, such as ada@alcf.anl.gov, or the id of an identity.")]


@admin.command()
def migrate() -> None:
    """Bring the tables of the database in ALCF_MCP_DATABASE_URL up to date."""
    url = _database_url()
    from alcf_mcp.postgres.address import place_of  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.postgres.migrating import migrate_database  # noqa: PLC0415

    migrate_database(url)
    sys.stdout.write(f"The tables of the database {place_of(url)} are up to date.\n")


@users.callback(invoke_without_command=True)
def show(context: typer.Context) -> None:
    """Show who may use the server by your list, and who has used it."""
    if context.invoked_subcommand is not None:
        return

    async def look(members: Members) -> tuple[list[Member], list[SeenPerson]]:
        return await members.listed(), await members.seen()

    listed, seen = _with_members(look)
    _write(listed, seen)


@users.command()
def allow(name: Name) -> None:
    """Let somebody use the server."""
    _with_members(lambda members: members.allow(name))
    sys.stdout.write(f"{plain(name)} may use the server.\n")


@users.command()
def disallow(name: Name) -> None:
    """Let somebody use the server no longer."""
    _with_members(lambda members: members.disallow(name))
    sys.stdout.write(f"{plain(name)} may not use the server.\n")


def _with_members(work: Callable[[Members], Awaitable[T]]) -> T:
    url = _database_url()
    import anyio  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.postgres.database import opened  # noqa: PLC0415
    from alcf_mcp.postgres.members import Members  # noqa: PLC0415

    with opened(url, most_connections=1) as database:
        return anyio.run(work, Members(database))


def _database_url() -> SecretStr:
    """The URL from the settings, once the libraries for it are known to be there."""
    url = load_settings().database_url
    if url is None:
        raise SettingsError("ALCF_MCP_DATABASE_URL is not set: set it to the URL of the database")
    try:
        import alembic  # noqa: F401, PLC0415 - it comes with the extra
        import psycopg_pool  # noqa: F401, PLC0415
    except ImportError as error:
        raise SettingsError(f"{error.name} is missing: install alcf-mcp[team]") from None
    return url


def _write(listed: list[Member], seen: list[SeenPerson]) -> None:
    from rich.markup import escape  # noqa: PLC0415 - loaded where it is used
    from rich.table import Table  # noqa: PLC0415

    from alcf_mcp.reports.text import clock  # noqa: PLC0415

    if not (listed or seen):
        sys.stdout.write("Nobody is on the list, and nobody has used the server.\n")
        return
    table = Table("who", "identity", "on the list", "first seen", "last seen", box=None, pad_edge=False)
    for person in seen:
        names = {person.username.lower(), person.subject.lower()}
        standing = ", ".join(_standing(member) for member in listed if member.name in names)
        cells = (person.username, person.subject, standing, clock(person.first_seen), clock(person.last_seen))
        table.add_row(*(escape(plain(cell)) for cell in cells))
    known = {name.lower() for person in seen for name in (person.username, person.subject)}
    for member in listed:
        if member.name not in known:
            table.add_row(escape(plain(member.name)), "", _standing(member), "", "")
    console().print(table)


def _standing(member: Member) -> str:
    return "not allowed" if member.disabled else "allowed"
