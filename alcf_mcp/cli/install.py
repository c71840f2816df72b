"""``alcf-mcp install``: add this program to an MCP client."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alcf_mcp.cli.showing import plain

if TYPE_CHECKING:
    from alcf_mcp.install import Change, Client


def install(
    client: Annotated[
        str | None,
        typer.Argument(
            metavar="CLIENT",
            help="claude-desktop, claude-code, vscode, cursor, codex, gemini, windsurf, devin-desktop, zed, "
            "or generic for any other. Without it: list where each is configured.",
            show_default=False,
        ),
    ] = None,
    print_only: Annotated[bool, typer.Option("--print", help="Show the entry without writing it.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the entry.")] = False,
    local: Annotated[bool, typer.Option("--local", help="Use the embedded local facility.")] = False,
    name: Annotated[str, typer.Option(help="Name of the server in the client.")] = "alcf",
    file: Annotated[
        Path | None, typer.Option(help="File to use instead of the client's own (generic: ./mcp.json).")
    ] = None,
) -> None:
    """Add alcf-mcp to an MCP client's configuration file; the rest of the file stays as it is."""
    from alcf_mcp.install import (  # noqa: PLC0415 - loaded where it is used
        by_hand,
        client_named,
        installation,
        removal,
        this_program,
    )

    if client is None:
        _show_all()
        return
    with _explained():
        known = client_named(client)
        snippet = by_hand(known, this_program(), name=name, local=local)
    with _explained(all_the_same=snippet if print_only and not remove else ""):
        if remove:
            change = removal(known, name=name, path=file)
        else:
            change = installation(known, this_program(), name=name, local=local, path=file)
        if print_only:
            _show(change)
        else:
            _apply(change, local=local)


@contextmanager
def _explained(all_the_same: str = "") -> Iterator[None]:
    """Turn an error into one sentence on stderr and exit status 1; still print what is useful anyway."""
    from alcf_mcp.install import ClientError  # noqa: PLC0415 - loaded where it is used

    try:
        yield
    except ClientError as error:
        sys.stderr.write(f"alcf-mcp install: {error}\n")
        sys.stdout.write(all_the_same)
        raise typer.Exit(1) from None


def _show_all() -> None:
    from alcf_mcp.install import found_configurations  # noqa: PLC0415 - loaded where it is used

    for found in found_configurations():
        names = plain(", ".join(entry.name for entry in found.entries))
        state = "damaged" if found.problem else f"as {names}" if names else "-" if found.exists else "no file"
        sys.stdout.write(f"{found.client:<15} {state:<12} {found.path}\n")


def _show(change: Change) -> None:
    if change.values is None:
        said = f"{change.name} would be removed from" if change.changes_something else f"No {change.name} in"
    elif change.changes_something:
        said = "This would go into"
    else:
        said = "This is already in"
    sys.stderr.write(f"{said} {change.path}. Nothing was written.\n")
    sys.stdout.write(change.snippet())


def _apply(change: Change, *, local: bool) -> None:
    title = change.client.title
    if not change.changes_something:
        there = "is not in" if change.values is None else "is already in"
        sys.stdout.write(f"Nothing to change: {change.name} {there} {change.path}.\n")
        _warn(change)
        return
    new_place = not os.path.isdir(change.path.parent)  # noqa: PTH112 - never raises
    backup = change.apply()
    if change.values is None:
        sys.stdout.write(f"Removed {change.name} from {title}: {change.path}\n")
    else:
        done = f"Changed {change.name} in" if change.existed else f"Added {change.name} to"
        command = shlex.join([change.values["command"], *change.values["args"]])
        sys.stdout.write(f"{done} {title}: {change.path}\nIt runs: {command}\n")
    if new_place:
        sys.stdout.write(f"{change.path.parent} did not exist: is {title} installed on this machine?\n")
    if backup:
        sys.stdout.write(f"The previous version is in {backup}\n")
    _warn(change)
    if change.values is None:
        sys.stdout.write(f"\nRestart {title} to finish removing it.\n")
    else:
        _tell_next(change.client, local=local)


def _warn(change: Change) -> None:
    if change.holds_token:
        sys.stderr.write(
            "This entry contains an access token, which every program you run can read. Remove it, and sign "
            "in with alcf-mcp login.\n"
        )
    elif change.values is not None and os.environ.get("ALCF_MCP_ACCESS_TOKEN"):
        sys.stderr.write(
            "ALCF_MCP_ACCESS_TOKEN was not written: a token does not belong in a client's file. Sign in with "
            "alcf-mcp login.\n"
        )


def _tell_next(client: Client, *, local: bool) -> None:
    steps = [client.restart]
    if not local:
        steps.append("Sign in, if you haven't yet: alcf-mcp login")
    steps.append('Ask it: "Are my Polaris jobs done?"')
    sys.stdout.write("\nNext:\n" + "".join(f"  {number}. {step}\n" for number, step in enumerate(steps, 1)))
