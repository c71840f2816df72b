"""``alcf-mcp serve``: MCP over stdio, until the client goes away."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from alcf_mcp.config import Settings, load_settings

if TYPE_CHECKING:
    from mcp.server import MCPServer

SHUTDOWN_SECONDS = 1.0


def serve(
    facility: Annotated[
        str | None, typer.Option(help="alcf, or the embedded local facility.", metavar="alcf|local")
    ] = None,
    api_url: Annotated[str | None, typer.Option(help="Where the facility's API lives.")] = None,
    confirm: Annotated[
        str | None, typer.Option(help="Who confirms what can't be undone.", metavar="ask|human|off")
    ] = None,
    read_only: Annotated[
        bool | None, typer.Option("--read-only", help="Offer only what changes nothing.")
    ] = None,
    toolsets: Annotated[str | None, typer.Option(help="Groups of tools, separated by commas.")] = None,
    timeout: Annotated[str | None, typer.Option(help="Seconds that one tool call may take.")] = None,
    state_dir: Annotated[
        str | None, typer.Option(help="Where the journal and the local facility live.")
    ] = None,
    log_level: Annotated[str | None, typer.Option(help="DEBUG, INFO, WARNING or ERROR.")] = None,
    local_profile: Annotated[
        str | None, typer.Option(help="What the local facility offers.", metavar="alcf|full")
    ] = None,
) -> None:
    """Serve MCP over stdio (the default command)."""
    settings = load_settings(
        facility=facility,
        api_url=api_url,
        confirm=confirm,
        read_only=read_only,
        toolsets=toolsets,
        timeout=timeout,
        state_dir=state_dir,
        log_level=log_level,
        local_profile=local_profile,
    )
    _log_to_stderr(settings)
    from alcf_mcp.server import build_server  # noqa: PLC0415 - a wrong setting is told before the SDK is loaded

    received = anyio.run(_serve_stdio, build_server(settings))
    if received:
        sys.exit(128 + received)


async def _serve_stdio(server: MCPServer[Any]) -> int:
    """Serve until end of input or a signal; returns the signal, or 0."""
    received = 0

    async def watch() -> None:
        nonlocal received
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            async for received in signals:
                group.cancel_scope.cancel()
                # The thread that reads stdin can't be interrupted: it must not keep the process alive.
                deadline = threading.Timer(SHUTDOWN_SECONDS, os._exit, args=(128 + received,))
                deadline.daemon = True
                deadline.start()
                return

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        await server.run_stdio_async()
        group.cancel_scope.cancel()
    return received


def _log_to_stderr(settings: Settings) -> None:
    logging.basicConfig(
        stream=sys.stderr,
        level=settings.log_level,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # httpx logs every request with its URL, which may hold file names, at INFO.
    logging.getLogger("httpx").setLevel(max(logging.getLogger().level, logging.WARNING))
