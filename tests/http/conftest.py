"""A server over HTTP in a process of its own, in front of its embedded local facility."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from alcf_mcp.http.bearer import FILE

MOST_SECONDS = 30


@dataclass
class HTTPServer:
    """A running server."""

    process: subprocess.Popen[str]
    url: str
    state: Path
    log: Path

    @property
    def token(self) -> str:
        return (self.state / FILE).read_text().strip()

    @property
    def origin(self) -> str:
        return self.url.removesuffix("/mcp")

    @property
    def said(self) -> str:
        """All that it wrote to stderr."""
        return self.log.read_text()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(MOST_SECONDS)


def started(state: Path, *flags: str, **environment: str) -> HTTPServer:
    """Start a server, and wait until it says where it is."""
    log = state.with_suffix(".log")
    state.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "alcf_mcp", "serve", "--transport", "http", "--port", "0", *flags]
    variables = os.environ | {"ALCF_MCP_FACILITY": "local", "ALCF_MCP_STATE_DIR": str(state)} | environment
    with log.open("w") as stderr:
        process = subprocess.Popen(
            command, env=variables, stderr=stderr, stdout=subprocess.DEVNULL, text=True
        )
    while process.poll() is None and "serves MCP at" not in log.read_text():
        time.sleep(0.05)
    found = re.search(r"serves MCP at (\S+);", log.read_text())
    assert found, log.read_text()
    return HTTPServer(process, found[1], state, log)


@pytest.fixture
def http_server(tmp_path: Path) -> Iterator[HTTPServer]:
    server = started(tmp_path / "state", ALCF_MCP_LOG_LEVEL="DEBUG")
    yield server
    server.process.kill()
    server.process.wait()


ConnectByHTTP = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def connect_by_http(http_server: HTTPServer) -> ConnectByHTTP:
    """A function that connects a client of the SDK's own, of either era."""

    @asynccontextmanager
    async def connected(mode: Any = "auto", **options: Any) -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {http_server.token}"}
        async with httpx2.AsyncClient(headers=headers, timeout=MOST_SECONDS) as http:
            transport = streamable_http_client(http_server.url, http_client=http)
            async with Client(transport, mode=mode, **options) as client:
                yield client

    return connected
