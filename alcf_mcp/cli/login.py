"""``alcf-mcp login``: sign in to ALCF through Globus, in a browser."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from alcf_mcp.cli.browser import open_address
from alcf_mcp.cli.failing import explained
from alcf_mcp.cli.showing import clock_of
from alcf_mcp.config import load_settings

Force = Annotated[
    bool,
    typer.Option(
        "--force",
        help="Replace the current sign-in or a damaged token file; Globus asks for your password again.",
    ),
]


def login(force: Force = False) -> None:
    """Sign in to ALCF; the sign-in renews itself for seven days."""
    if not sys.stdin.isatty():
        sys.stderr.write("alcf-mcp login: this needs a terminal, because you have to type a code.\n")
        raise typer.Exit(1)
    with explained("login"):
        _sign_in(force)


def _sign_in(force: bool) -> None:
    from pydantic import SecretStr  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.auth.clients import ALCF  # noqa: PLC0415
    from alcf_mcp.auth.globus import Attempt  # noqa: PLC0415
    from alcf_mcp.auth.store import TokenStore  # noqa: PLC0415

    store = TokenStore(ALCF)
    store.check_writable()
    if force and (aside := store.put_aside()):
        sys.stdout.write(f"The damaged token file was moved to {aside}.\n")
    store.read()  # a damaged file is reported before the user signs in, not after
    attempt = Attempt(ALCF, again=force)
    opened = open_address(attempt.url)
    sys.stdout.write(
        f"{'Your browser should show' if opened else 'Open'} this address. Sign in there with your ALCF "
        f"account:\n\n{attempt.url}\n\n"
    )
    code = SecretStr(input("Paste the code that Globus shows you: "))
    if not code.get_secret_value().strip():
        sys.stdout.write("Not signed in.\n")
        raise typer.Exit(1)
    signed_in = attempt.finish(code, store, replace=force)
    lasts = f" until {clock_of(signed_in.again_by)}" if signed_in.again_by else ""
    sys.stdout.write(f"Signed in as {signed_in.identity}{lasts}.\n")
    if load_settings().access_token:
        sys.stdout.write(
            "ALCF_MCP_ACCESS_TOKEN is set; while it is, that token is used instead of this sign-in.\n"
        )
