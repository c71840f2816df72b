"""``alcf-mcp ls``, ``cat`` and ``tail``: directories and text files at the facility."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from alcf_mcp.cli.direct import at_facility
from alcf_mcp.cli.options import Facility, PathArgument, StateDir, check_choice
from alcf_mcp.cli.showing import note, plain, write_content
from alcf_mcp.config import load_settings

if TYPE_CHECKING:
    from alcf_mcp.facility import Facility as OpenFacility
    from alcf_mcp.iri.models import File
    from alcf_mcp.reports.files import Entry

ORDERS = ("name", "size", "modified")

MOST_IN_BROWSER = 1000
"""Entries in a page, as many as in a tool's answer: a browser is slow with many more."""

NOT_TEXT = "It is not all text: the facility shows what is not UTF-8 as \ufffd."
LOOKS_EMPTY = (
    "Nothing is listed. A directory that you can't read looks empty too, and symbolic links are not shown."
)


def ls(
    path: PathArgument,
    hidden: Annotated[bool, typer.Option("--all", "-a", help="Include names that begin with a dot.")] = False,
    readable: Annotated[bool, typer.Option("--human", "-H", help="Sizes as 1.5 MB, not in bytes.")] = False,
    sort: Annotated[
        str,
        typer.Option(
            help="By name, size (largest first) or modified (newest first).",
            autocompletion=lambda: list(ORDERS),
        ),
    ] = "name",
    in_browser: Annotated[
        bool, typer.Option("--open", "-o", help="Show it in a browser, to sort and to search.")
    ] = False,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """List a directory, or show one file, as `ls -l` does: permissions, owner, group, size, time, name."""
    check_choice("--sort", sort, ORDERS)
    settings = load_settings(facility=facility, state_dir=state_dir)

    async def look(at: OpenFacility) -> Sequence[File]:
        from alcf_mcp.facility.paths import RemotePath  # noqa: PLC0415 - loaded where it is used

        return await at.files.ls(RemotePath.parse(path), show_hidden=hidden)

    files = at_facility("ls", settings, look)
    from alcf_mcp.reports.files import listed_files  # noqa: PLC0415 - loaded where it is used

    most = MOST_IN_BROWSER if in_browser else len(files)
    listed = listed_files(path, files, sort=sort, limit=most, offset=0)
    if in_browser:
        from alcf_mcp.cli.browser import show_in_browser  # noqa: PLC0415 - loaded where it is used

        asked = {"path": path, "show_hidden": hidden, "sort": sort}
        show_in_browser(settings, "list_directory", asked, listed)
        return
    _show(listed.entries, readable=readable)
    if not files:
        note(LOOKS_EMPTY)


def cat(path: PathArgument, facility: Facility = None, state_dir: StateDir = None) -> None:
    """Write a whole text file to stdout, piece by piece, whatever its size."""
    settings = load_settings(facility=facility, state_dir=state_dir)

    async def stream(at: OpenFacility) -> bool:
        from alcf_mcp.facility.paths import RemotePath  # noqa: PLC0415 - loaded where it is used

        is_text = True
        async for part in at.files.pieces(RemotePath.parse(path)):
            write_content(part.content)
            is_text = is_text and "\ufffd" not in part.content
        return is_text

    if not at_facility("cat", settings, stream):
        note(NOT_TEXT)


def tail(
    path: PathArgument,
    lines: Annotated[
        int, typer.Option("--lines", "-n", help="Number of lines to show.", min=1, max=5000)
    ] = 10,
    facility: Facility = None,
    state_dir: StateDir = None,
) -> None:
    """Show the last lines of a text file."""
    settings = load_settings(facility=facility, state_dir=state_dir)

    async def look(at: OpenFacility) -> str:
        from alcf_mcp.facility.paths import RemotePath  # noqa: PLC0415 - loaded where it is used

        return (await at.files.tail(RemotePath.parse(path), lines=lines)).content

    write_content(at_facility("tail", settings, look))


def _show(entries: Sequence[Entry], *, readable: bool) -> None:
    """Write one entry a line, in columns."""
    rows = [_cells(entry, readable) for entry in entries]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for mode, owner, group, amount, moment, name in rows:
        front = f"{mode:<{widths[0]}} {owner:<{widths[1]}} {group:<{widths[2]}} {amount:>{widths[3]}}"
        write_content(f"{front} {moment} {name}\n")
    sys.stdout.flush()


def _cells(entry: Entry, readable: bool) -> tuple[str, str, str, str, str, str]:
    from alcf_mcp.reports.text import size  # noqa: PLC0415 - loaded where it is used

    amount = "-" if entry.size is None else size(entry.size) if readable else str(entry.size)
    moment = f"{entry.modified:%Y-%m-%d %H:%M}" if entry.modified else "-" * 16
    name = entry.name + ("/" if entry.type == "directory" else "")
    cells = (entry.permissions, entry.owner or "?", entry.group or "?", amount, moment, name)
    mode, owner, group, amount, moment, name = (plain(cell, 4096) for cell in cells)
    return mode, owner, group, amount, moment, name
