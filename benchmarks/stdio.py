"""A server over stdio, driven by hand, with nothing but the pipe between the clock and the server."""

from __future__ import annotations

import json
import os
import select
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from benchmarks.figure import MeasurementFailed
from benchmarks.plan import Work
from benchmarks.processes import python_module

Era = Literal["2025-11-25", "2026-07-28"]
"""The protocol before and after its handshake was dropped."""

ANSWER_SECONDS = 120.0
CHUNK = 1 << 20

_CLIENT = {"name": "benchmarks", "version": "1"}


class StdioServer:
    """A server process.

    Args:
        process: the process.
        errors: the file with its standard error.
        era: the protocol to use with it.
    """

    def __init__(self, process: subprocess.Popen[bytes], errors: Path, era: Era) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.pid = process.pid
        self._stdin, self._stdout = process.stdin, process.stdout
        self._errors = errors
        self._era = era
        self._last_id = 0
        self._read = b""

    def list_tools(self) -> list[dict[str, Any]]:
        """List the tools; any handshake goes out in the same write."""
        hello = [] if self._era == "2026-07-28" else self._handshake()
        request = self._request("tools/list", {})
        self._write(*hello, request)
        return list(self._answer(request["id"])["tools"])

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool that must succeed.

        Raises:
            MeasurementFailed: the call failed.
        """
        request = self._request("tools/call", {"name": tool, "arguments": arguments})
        self._write(request)
        result = self._answer(request["id"])
        if result.get("isError"):
            raise MeasurementFailed(f"{tool} failed: {result['content']}")
        return result

    def calling(self, tool: str, **arguments: Any) -> Work:
        """Make a call into work that can be measured."""

        async def once() -> object:
            return self.call(tool, **arguments)

        return once

    def _handshake(self) -> list[dict[str, Any]]:
        params = {"protocolVersion": self._era, "capabilities": {}, "clientInfo": _CLIENT}
        initialized = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        return [self._request("initialize", params), initialized]

    def _request(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._last_id += 1
        if self._era == "2026-07-28":
            prefix = "io.modelcontextprotocol/"
            meta = {"protocolVersion": self._era, "clientInfo": _CLIENT, "clientCapabilities": {}}
            params = {**params, "_meta": {prefix + name: value for name, value in meta.items()}}
        return {"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params}

    def _write(self, *messages: dict[str, Any]) -> None:
        self._stdin.write("".join(json.dumps(message) + "\n" for message in messages).encode())

    def _answer(self, number: int) -> dict[str, Any]:
        while True:
            message = json.loads(self._line())
            if message.get("id") != number:
                continue
            if "error" in message:
                raise MeasurementFailed(f"the server responded with an error: {message['error']}")
            return dict(message["result"])

    def _line(self) -> bytes:
        chunks = [self._read]
        while b"\n" not in chunks[-1]:
            ready, _, _ = select.select([self._stdout], [], [], ANSWER_SECONDS)
            chunk = os.read(self._stdout.fileno(), CHUNK) if ready else b""
            if not chunk:
                why = "ended" if ready else f"did not respond within {ANSWER_SECONDS:.0f} s"
                raise MeasurementFailed(f"the server {why}: {self._errors.read_text()[-500:]}")
            chunks.append(chunk)
        line, _, self._read = b"".join(chunks).partition(b"\n")
        return line


@contextmanager
def stdio_server(
    directory: Path, *arguments: str, era: Era = "2025-11-25", environment: Mapping[str, str] | None = None
) -> Iterator[StdioServer]:
    """Start a server.

    Args:
        directory: where its files go.
        arguments: its module, and the module's arguments.
        era: the protocol to use with it.
        environment: variables to add to our environment.
    """
    errors = directory / "stderr"
    whole = {**os.environ, **(environment or {})}
    with python_module(*arguments, environment=whole, errors=errors) as process:
        yield StdioServer(process, errors, era)
