"""``alcf-mcp logout``: sign out and revoke the tokens."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from alcf_mcp.cli.failing import explained

if TYPE_CHECKING:
    from alcf_mcp.auth.store import TokenStore

All = Annotated[
    bool, typer.Option("--all", help="Also sign out of the alcf-tokens tool, which keeps its own tokens.")
]


def logout(everywhere: All = False) -> None:
    """Revoke the sign-in at Globus, and remove its tokens from this machine."""
    from alcf_mcp.auth.clients import ALCF, ALCF_TOKENS  # noqa: PLC0415 - loaded where it is used
    from alcf_mcp.auth.store import TokenStore  # noqa: PLC0415

    stores = [TokenStore(client) for client in ((ALCF, ALCF_TOKENS) if everywhere else (ALCF,))]
    with explained("logout"):
        done = [_sign_out(store) for store in stores if store.path.exists()]
        if not done:
            sys.stdout.write("Nobody is signed in.\n")
        rest = TokenStore(ALCF_TOKENS)
        if not everywhere and rest.path.exists():
            sys.stdout.write(
                f"{rest.path} of alcf-tokens is still there: alcf-mcp logout --all removes it, too.\n"
            )
    if not all(done):
        raise typer.Exit(1)


def _sign_out(store: TokenStore) -> bool:
    from alcf_mcp.auth.globus import sign_out  # noqa: PLC0415 - loads globus_sdk

    revoked = sign_out(store)
    if revoked:
        sys.stdout.write("Signed out: the tokens are revoked and removed.\n")
    else:
        sys.stderr.write(
            "alcf-mcp logout: the tokens are removed here, but Globus did not revoke them. Revoke them at "
            "https://app.globus.org/settings/consents.\n"
        )
    return revoked
