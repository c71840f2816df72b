"""``alcf-mcp local``: serve the embedded local facility on a local port."""

from __future__ import annotations

from typing import Annotated

import anyio
import typer

from alcf_mcp.config import load_settings


def local(
    port: Annotated[
        int, typer.Option(help="Port on 127.0.0.1; 0 picks a free one.", min=0, max=65535)
    ] = 8765,
    profile: Annotated[
        str | None,
        typer.Option(help="Offer what ALCF offers today, or the whole standard.", metavar="alcf|full"),
    ] = None,
    state_dir: Annotated[
        str | None, typer.Option(help="Directory for the facility's files and jobs.")
    ] = None,
) -> None:
    """Run the local facility on loopback: the same API, a small real scheduler, your own processes."""
    settings = load_settings(facility="local", local_profile=profile, state_dir=state_dir)
    from alcf_mcp.local import LocalFacility, LocalSettings, serve  # noqa: PLC0415 - loaded where it is used

    facility = LocalFacility(LocalSettings(root=settings.state_dir / "local", profile=settings.local_profile))
    anyio.run(lambda: serve(facility, port=port))
