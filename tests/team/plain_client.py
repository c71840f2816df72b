"""A client of MCP that shows all that the server answers, byte for byte."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.conftest import Era

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "plain", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
}

_NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}


@dataclass
class PlainClient:
    """Calls methods with somebody's token.

    Attributes:
        url: the server's.
        token: whose calls they are.
        era: whether each request stands for itself, as in 2026-07-28, or the protocol is an earlier one.
        sent: all that it sent.
        heard: all that it heard, headers included.
    """

    url: str
    token: str
    era: Era
    http: httpx.AsyncClient
    sent: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    async def call(self, tool: str, arguments: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Call a tool; returns its result, which may be a question."""
        answer = await self.ask("tools/call", {"name": tool, "arguments": arguments, **more})
        assert "result" in answer, answer
        return answer["result"]  # type: ignore[no-any-return]

    async def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Call a method; returns the whole message that answers it."""
        version = {"auto": "2026-07-28", "legacy": "2025-11-25"}[self.era]
        headers = {
            "Accept": "application/json, text/event-stream",
            "Authorization": f"Bearer {self.token}",
            "MCP-Protocol-Version": version,
        }
        if self.era == "auto":
            params = {"_meta": META, **params}
            headers["Mcp-Method"] = method
            if name := _NAMED_BY.get(method):
                headers["Mcp-Name"] = params[name]
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        self.sent.append(json.dumps(message))
        answer = await self.http.post(self.url, json=message, headers=headers)
        self.heard.append(f"{answer.headers}\n{answer.text}")
        found = [one for one in _messages(answer) if one.get("id") == 1]
        assert len(found) == 1, answer.text
        return found[0]


def _messages(answer: httpx.Response) -> list[dict[str, Any]]:
    if answer.headers["Content-Type"].startswith("application/json"):
        return [answer.json()]
    lines = (line.removeprefix("data:") for line in answer.text.splitlines() if line.startswith("data:"))
    return [json.loads(line) for line in lines if line.strip()]
