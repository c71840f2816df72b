"""``alcf-mcp demo``: the core workflow from start to finish, without an account."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path


def demo() -> None:
    """Walk through the core workflow on the embedded local facility, over a real MCP connection."""
    import anyio  # noqa: PLC0415 - loaded where it is used
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415

    from alcf_mcp.cli.walk import DemoError, walk  # noqa: PLC0415

    console = Console(highlight=False)
    try:
        with tempfile.TemporaryDirectory(prefix="alcf-mcp-demo-") as state:
            anyio.run(walk, console, Path(state))
    except DemoError as error:
        console.print(f"[bold red]The demo failed:[/] {escape(str(error))}")
        sys.exit(1)
    console.print(
        "\n[bold green]Done.[/] Your assistant can do the same at ALCF: configure it to run `alcf-mcp serve`."
    )
