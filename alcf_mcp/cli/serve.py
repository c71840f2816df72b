"""``alcf-mcp serve``: serve MCP over stdio until the client disconnects, or over HTTP until it is stopped."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer
from pydantic.fields import FieldInfo

from alcf_mcp.config import Settings, SettingsError, load_settings
from alcf_mcp.private import StateError, make_private_directory
from alcf_mcp.system import IS_POSIX

if TYPE_CHECKING:
    from mcp.server import MCPServer

SHUTDOWN_SECONDS = 1.0


def serve(**flags: Any) -> None:
    """Serve MCP (the default command): over stdio, or with --transport http on a port of this machine."""
    settings = load_settings(**flags)
    _make_state_dir(settings)
    # A wrong setting is reported before the SDK is loaded.
    from alcf_mcp import logs  # noqa: PLC0415
    from alcf_mcp.server import build_server  # noqa: PLC0415

    logs.configure(settings)
    if settings.transport == "http" and settings.auth == "globus":
        _serve_team(settings)
        return
    server = build_server(settings)
    gc.freeze()
    gc.enable()
    if settings.transport == "http":
        from alcf_mcp.http.serving import serve_http  # noqa: PLC0415 - loads a web server

        anyio.run(serve_http, server, settings)
        return
    try:
        received = anyio.run(_serve_stdio, server)
    except BaseExceptionGroup as group:
        raise _reason(group) or group from None
    if received:
        sys.exit(128 + received)


def _serve_team(settings: Settings) -> None:
    """Serve everybody who signs in."""
    try:
        from alcf_mcp.team.serving import serve_team  # noqa: PLC0415 - loads a web server and OAuth
    except ModuleNotFoundError as error:
        raise SettingsError.about(
            "auth", f"{error.name} is missing: install alcf-mcp[team] for a server for many people"
        ) from None
    anyio.run(serve_team, settings)


def _flag(name: str, field: FieldInfo) -> Parameter:
    """The flag for a setting; its value is validated with the settings, not here."""
    kind = bool | None if field.annotation is bool else str | None
    names = (f"--{name.replace('_', '-')}",) if field.annotation is bool else ()
    option = typer.Option(*names, help=(field.description or "").replace("`", ""), show_default=False)
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option])


SECRET = frozenset({"access_token", "notify", "database_url", "globus_client_secret", "server_keys"})
"""Settings without a flag: everyone on the machine can read a command line."""

_FLAGS = [_flag(name, field) for name, field in Settings.model_fields.items() if name not in SECRET]
serve.__signature__ = Signature(_FLAGS)  # type: ignore[attr-defined]
serve.__annotations__ = {flag.name: flag.annotation for flag in _FLAGS}


async def _serve_stdio(server: MCPServer[Any]) -> int:
    """Serve until end of input or a signal; returns the signal, or 0."""
    from alcf_mcp.stdio import serve_stdio  # noqa: PLC0415 - loads the SDK

    received = 0

    def leave() -> None:
        """Leave soon, with what is left undone."""
        # The thread that reads stdin can't be interrupted: it must not keep the process alive.
        deadline = threading.Timer(SHUTDOWN_SECONDS, os._exit, args=(128 + received if received else 0,))
        deadline.daemon = True
        deadline.start()

    async def watch() -> None:
        nonlocal received
        if not IS_POSIX:  # Windows ends a process without a signal
            return
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            async for caught in signals:
                received = caught
                group.cancel_scope.cancel()
                leave()
                return

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        await serve_stdio(server, cut_off=leave)
        group.cancel_scope.cancel()
    return received


def _reason(group: BaseExceptionGroup[BaseException]) -> BaseException | None:
    """The error about unusable state, if that is what ended the server."""
    found: BaseException | None = group.subgroup(StateError)
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


def _make_state_dir(settings: Settings) -> None:
    try:
        make_private_directory(settings.state_dir)
    except OSError as error:
        raise SettingsError.about("state_dir", str(error)) from None
