"""Codex as an editor drives it."""

from __future__ import annotations

import json
import subprocess
from typing import Any


class AppServer:
    """Codex's app server: JSON-RPC over stdio."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program
        self._last = 0
        self.ask("initialize", clientInfo={"name": "tests", "title": "Tests", "version": "1"})
        self._send(method="initialized")

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a request, and skip whatever comes before the response."""
        self._last += 1
        self._send(id=self._last, method=method, params=params)
        assert self._program.stdout
        for line in self._program.stdout:
            message = json.loads(line)
            if message.get("id") == self._last and "method" not in message:
                assert "result" in message, message
                return message["result"]  # type: ignore[no-any-return]
        raise AssertionError(f"no answer to {method}")

    def _send(self, **message: Any) -> None:
        assert self._program.stdin
        self._program.stdin.write(json.dumps(message) + "\n")
        self._program.stdin.flush()
