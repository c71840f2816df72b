"""``alcf-mcp token``: the access token alone, for scripts."""

from __future__ import annotations

import sys

from alcf_mcp.cli.failing import explained
from alcf_mcp.config import load_settings


def token() -> None:
    """Print a valid access token and nothing else, for $(alcf-mcp token)."""
    settings = load_settings()
    import anyio  # noqa: PLC0415 - loaded where it is used

    from alcf_mcp.auth import Auth  # noqa: PLC0415

    with explained("token"):
        # Nothing is sent to the facility here, so it does not matter which one is configured.
        found = anyio.run(Auth(settings.access_token).tokens.token)
    sys.stdout.write(f"{found.get_secret_value()}\n")
