"""Structured logs: one JSON object per line, with one id for everything that belongs to a tool call."""

from __future__ import annotations

import logging
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from time import monotonic
from typing import Any

from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from pythonjsonlogger.json import JsonFormatter

from alcf_mcp.config import Settings, SettingsError

logger = logging.getLogger(__name__)

_call: ContextVar[str | None] = ContextVar("call", default=None)

_PLAIN = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_JSON = JsonFormatter(
    "%(asctime)s %(levelname)s %(name)s %(message)s",
    rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
    datefmt="%Y-%m-%dT%H:%M:%S%z",
)

TOO_TELLING = ("httpx", "mcp.server.mcpserver.server", "sse_starlette")
"""Loggers whose lines below WARNING are dropped. httpx logs the URL of every request, the SDK the URI of
every resource that can't be read, and these may contain file names and job ids; sse_starlette logs every
answer. Our own lines do not."""

_WORD = re.compile(r"[a-z_]{1,32}|\d{1,9}")


def configure(settings: Settings) -> None:
    """Log to stderr, and to a file if the user names one.

    A terminal gets plain lines; a client, which keeps them in a file, gets JSON.

    Raises:
        SettingsError: the file can't be written.
    """
    stderr = logging.StreamHandler(sys.stderr)
    stderr.setFormatter(logging.Formatter(_PLAIN) if sys.stderr.isatty() else _JSON)
    handlers: list[logging.Handler] = [stderr]
    if settings.log_file:
        handlers.append(_file_handler(settings.log_file))
    for handler in handlers:
        handler.addFilter(_with_call)
    logging.basicConfig(level=settings.log_level, handlers=handlers)
    least = max(logging.WARNING, logging.getLevelNamesMapping()[settings.log_level])
    for name in TOO_TELLING:
        logging.getLogger(name).setLevel(least)


def take_over(library: str) -> None:
    """Let a library that has set up its own logging log as everything else does.

    Its lines below WARNING are dropped, and the values in the others if they may be secrets.
    """
    its = logging.getLogger(library)
    its.handlers = [_WithoutValues()]
    its.propagate = False
    its.setLevel(max(logging.WARNING, logging.getLogger().level))


class _WithoutValues(logging.Handler):
    """Passes lines on, without the values that may be secrets."""

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_harmless, record.args))
        logging.getLogger().handle(record)


def _harmless(value: object) -> object:
    if isinstance(value, BaseException):
        return type(value).__name__
    return value if isinstance(value, int | float) or _WORD.fullmatch(str(value)) else "…"


@contextmanager
def one_call() -> Iterator[str]:
    """Give everything that is logged within a tool call the same id."""
    id = secrets.token_hex(4)
    token = _call.set(id)
    try:
        yield id
    finally:
        _call.reset(token)


async def log_calls(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """MCP middleware: log every tool call, with an id that the lines of its requests carry too."""
    if ctx.method != "tools/call":
        return await call_next(ctx)
    began, outcome = monotonic(), "cancelled"
    with one_call():
        try:
            result = await call_next(ctx)
            outcome = "error" if isinstance(result, dict) and result.get("isError") else "ok"
            return result
        except Exception as error:
            outcome = type(error).__name__
            raise
        finally:
            tool = str((ctx.params or {}).get("name", ""))[:64]
            facts = {"tool": tool, "outcome": outcome, "ms": round((monotonic() - began) * 1000)}
            logger.info("tool call", extra=facts)


def _with_call(record: logging.LogRecord) -> bool:
    if (call := _call.get()) is not None:
        record.call = call
    return True


def _file_handler(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise SettingsError.about("log_file", str(error)) from None
    handler.setFormatter(_JSON)
    return handler
