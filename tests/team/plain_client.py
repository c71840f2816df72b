"""A client of MCP that shows all that the server answers, byte for byte."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from mcp.types import ElicitResult

from tests.conftest import YES, Era

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

    async def answer(self, call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        """Repeat a call with an answer to its question."""
        return await self.call(call["tool"], **with_answer(call["arguments"], answer))

    async def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Call a method; returns the whole message that answers it."""
        answer = await self.post(method, params)
        found = answers_in(answer)
        assert len(found) == 1, answer.text
        return found[0]

    async def post(self, method: str, params: dict[str, Any]) -> httpx.Response:
        """Call a method; returns whatever comes back."""
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
        return answer


def answer_to(asked: dict[str, Any], said: ElicitResult = YES) -> dict[str, Any]:
    """What answers a question: what the user said, with the question's state; or the preview's code."""
    if "requestState" not in asked:
        return {"confirmation": asked["structuredContent"]["confirmation"]}
    (key,) = asked["inputRequests"]
    return {
        "inputResponses": {key: said.model_dump(exclude_none=True)},
        "requestState": asked["requestState"],
    }


def with_answer(arguments: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """The parts of a call that carries an answer: a code is one of its arguments."""
    if "confirmation" in answer:
        return {"arguments": arguments | answer}
    return {"arguments": arguments, **answer}


def answers_in(answer: httpx.Response) -> list[dict[str, Any]]:
    """The messages that answer a call; there should be one."""
    return [one for one in _messages(answer) if one.get("id") == 1]


def _messages(answer: httpx.Response) -> list[dict[str, Any]]:
    if answer.headers["Content-Type"].startswith("application/json"):
        return [answer.json()]
    lines = (line.removeprefix("data:") for line in answer.text.splitlines() if line.startswith("data:"))
    return [json.loads(line) for line in lines if line.strip()]
