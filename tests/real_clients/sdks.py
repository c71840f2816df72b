"""Clients made with the SDKs that MCP clients are made with.

Each is a small program that connects to a server over stdio. Its arguments are the answer that it gives to
every question, as JSON, and the server's command. Its first line of output has the protocol's version and the
tools' names. Then it reads lines with a tool's ``name`` and ``arguments``. For each it calls the tool and
writes the ``result``, the ``progress`` reports that it received, and the ``questions`` that it was asked.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.real_clients.home import SERVER, Home
from tests.real_clients.install import NODE, PLACE, python_of

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Called:
    """What a client reports about a call."""

    result: dict[str, Any]
    progress: list[str]
    questions: list[str]

    @property
    def text(self) -> str:
        return "\n".join(block["text"] for block in self.result["content"])

    @property
    def facts(self) -> dict[str, Any]:
        """The structured content of a result that is not an error."""
        assert not self.result.get("isError"), self.text
        return self.result["structuredContent"]  # type: ignore[no-any-return]


class Session:
    """A connected client.

    Args:
        program: the client.
    """

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program
        hello = self._heard()
        self.protocol: str = hello["protocol"]
        self.tools: list[str] = hello["tools"]

    def call(self, tool: str, **arguments: Any) -> Called:
        """Make the client call a tool."""
        assert self._program.stdin
        self._program.stdin.write(json.dumps({"name": tool, "arguments": arguments}) + "\n")
        self._program.stdin.flush()
        return Called(**self._heard())

    def _heard(self) -> dict[str, Any]:
        assert self._program.stdout
        assert self._program.stderr
        line = self._program.stdout.readline()
        assert line, self._program.stderr.read()
        return json.loads(line)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class SDK:
    """An SDK, and the program made with it.

    Args:
        protocol: the protocol version that it negotiates with the server.
        place: where the SDK is installed.
        command: the program.
    """

    protocol: str
    place: Path
    command: tuple[str | Path, ...]

    @contextmanager
    def connected(self, home: Home, *, answer: dict[str, Any]) -> Iterator[Session]:
        """A client of the local facility that gives one answer to all questions."""
        server = (SERVER, "serve", "--facility", "local")
        with home.start(*self.command, json.dumps(answer), *server, cwd=self.place) as program:
            yield Session(program)
            assert program.stdin
            program.stdin.close()
            assert program.wait(timeout=10) == 0


def _node(script: str, protocol: str) -> SDK:
    # Node.js searches for packages from a script's location, or from where it runs if given the text.
    text = (_HERE / "js" / script).read_text()
    return SDK(protocol, NODE, ("node", "--input-type=module", "--eval", text, "--"))


def _python(package: str, script: str, protocol: str) -> SDK:
    return SDK(protocol, PLACE / package, (python_of(package), _HERE / "python" / script))


SDKS = {
    "typescript-v1": _node("sdk_v1.mjs", "2025-11-25"),
    "typescript-v2": _node("sdk_v2.mjs", "2026-07-28"),
    "python-v1": _python("mcp", "sdk_v1.py", "2025-11-25"),
    "fastmcp": _python("fastmcp", "fastmcp_v4.py", "2026-07-28"),
}
