"""Two ways of talking to a model with tools: OpenAI's chat completions and Anthropic's messages.

Sources: https://platform.openai.com/docs/api-reference/chat, https://docs.anthropic.com/en/api/messages.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from mcp.types import Tool

MOST_TOKENS = 4096


@dataclass(frozen=True)
class ToolCall:
    """A tool that the model calls; its arguments are text if they aren't a JSON object."""

    id: str
    tool: str
    arguments: dict[str, Any] | str


@dataclass(frozen=True)
class ModelTurn:
    """What the model says and calls, and what it cost in tokens."""

    text: str
    calls: list[ToolCall] = field(default_factory=list)
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True)
class UserTurn:
    """What the user says."""

    text: str


@dataclass(frozen=True)
class ToolResult:
    """What a tool answered."""

    id: str
    text: str
    is_error: bool


Turn = UserTurn | ModelTurn | ToolResult


class Dialect(Protocol):
    """How requests are made and answers are read."""

    path: str

    def headers(self, key: str) -> dict[str, str]:
        """The headers that carry the key."""

    def request(
        self, model: str, system: str, tools: Sequence[Tool], turns: Sequence[Turn]
    ) -> dict[str, Any]:
        """The body of a request."""

    def turn(self, answer: dict[str, Any]) -> ModelTurn:
        """The model's turn in the body of an answer; a ``LookupError`` or ``TypeError`` if it has none."""


class ChatCompletions:
    """OpenAI's dialect, which most servers of open models speak too."""

    path = "/chat/completions"

    def headers(self, key: str) -> dict[str, str]:
        """A bearer token."""
        return {"Authorization": f"Bearer {key}"}

    def request(
        self, model: str, system: str, tools: Sequence[Tool], turns: Sequence[Turn]
    ) -> dict[str, Any]:
        """Messages by role; every tool result is one."""
        functions = [
            {"name": tool.name, "description": tool.description, "parameters": tool.input_schema}
            for tool in tools
        ]
        return {
            "model": model,
            "messages": [{"role": "system", "content": system}, *map(self._message, turns)],
            "tools": [{"type": "function", "function": function} for function in functions],
        }

    def _message(self, turn: Turn) -> dict[str, Any]:
        match turn:
            case UserTurn():
                return {"role": "user", "content": turn.text}
            case ToolResult():
                return {"role": "tool", "tool_call_id": turn.id, "content": turn.text}
            case ModelTurn():
                message: dict[str, Any] = {"role": "assistant", "content": turn.text or None}
                if turn.calls:
                    message["tool_calls"] = [self._call(call) for call in turn.calls]
                return message

    def _call(self, call: ToolCall) -> dict[str, Any]:
        arguments = call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)
        return {"id": call.id, "type": "function", "function": {"name": call.tool, "arguments": arguments}}

    def turn(self, answer: dict[str, Any]) -> ModelTurn:
        """The first choice."""
        message, usage = answer["choices"][0]["message"], answer.get("usage") or {}
        calls = [
            ToolCall(call["id"], call["function"]["name"], read_arguments(call["function"]["arguments"]))
            for call in message.get("tool_calls") or []
        ]
        return ModelTurn(
            message.get("content") or "",
            calls,
            usage.get("prompt_tokens", 0),
            usage.get("completion_tokens", 0),
        )


class Messages:
    """Anthropic's dialect."""

    path = "/v1/messages"

    def headers(self, key: str) -> dict[str, str]:
        """A key, and the version of the API."""
        return {"x-api-key": key, "anthropic-version": "2023-06-01"}

    def request(
        self, model: str, system: str, tools: Sequence[Tool], turns: Sequence[Turn]
    ) -> dict[str, Any]:
        """Messages of blocks; the results of one turn's calls are one message."""
        messages: list[dict[str, Any]] = []
        for turn in turns:
            role = "assistant" if isinstance(turn, ModelTurn) else "user"
            if messages and messages[-1]["role"] == role:
                messages[-1]["content"] += self._blocks(turn)
            else:
                messages.append({"role": role, "content": self._blocks(turn)})
        return {
            "model": model,
            "max_tokens": MOST_TOKENS,
            "system": system,
            "messages": messages,
            "tools": [
                {"name": tool.name, "description": tool.description, "input_schema": tool.input_schema}
                for tool in tools
            ],
        }

    def _blocks(self, turn: Turn) -> list[dict[str, Any]]:
        match turn:
            case UserTurn():
                return [{"type": "text", "text": turn.text}]
            case ToolResult():
                block = {"type": "tool_result", "tool_use_id": turn.id, "content": turn.text}
                return [block | {"is_error": turn.is_error}]
            case ModelTurn():
                said = [{"type": "text", "text": turn.text}] if turn.text else []
                return said + [self._call(call) for call in turn.calls]

    def _call(self, call: ToolCall) -> dict[str, Any]:
        arguments = call.arguments if isinstance(call.arguments, dict) else {}
        return {"type": "tool_use", "id": call.id, "name": call.tool, "input": arguments}

    def turn(self, answer: dict[str, Any]) -> ModelTurn:
        """All blocks of the answer."""
        blocks, usage = answer["content"], answer.get("usage") or {}
        return ModelTurn(
            "".join(block["text"] for block in blocks if block["type"] == "text"),
            [
                ToolCall(block["id"], block["name"], read_arguments(block["input"]))
                for block in blocks
                if block["type"] == "tool_use"
            ],
            usage.get("input_tokens", 0),
            usage.get("output_tokens", 0),
        )


DIALECTS: dict[str, Dialect] = {"openai": ChatCompletions(), "anthropic": Messages()}


def read_arguments(arguments: Any) -> dict[str, Any] | str:
    """Arguments as an object; as text if they aren't one."""
    if isinstance(arguments, str):
        try:
            read = json.loads(arguments or "{}")
        except ValueError:
            return arguments
        return read if isinstance(read, dict) else arguments
    return arguments if isinstance(arguments, dict) else json.dumps(arguments)
