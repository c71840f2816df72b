"""The tools under prefixed names, for hosts that keep the tools of all servers in one namespace.

Names are translated where messages come in and go out, and nowhere else: within the server, in its logs and
in its journal a tool has one name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from mcp import MCPError
from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult

JSONObject = dict[str, Any]

_SENTENCES = frozenset({"next_step", "undo", "note", "notes", "remarks", "message"})
"""The facts of an answer that are sentences of ours; all others may be anybody's."""

_FENCED = re.compile(r"^(~~~ [0-9a-f]{8})\n.*?^\1$", re.DOTALL | re.MULTILINE)


class ToolPrefix:
    """MCP middleware that gives every tool's name a prefix, wherever a client sees it.

    Args:
        prefix: what stands before each name.
        names: the names of the tools.
    """

    def __init__(self, prefix: str, names: Collection[str]) -> None:
        self._prefix = prefix
        self._names = frozenset(names)
        name = "|".join(sorted(names))
        # chmod is a word of the shell, too: in a path, in quotes and before a colon it is no tool's name.
        self._in_sentence = re.compile(rf"(?<![\w/.'\"=-])(?:{name})(?![\w/'\":-]|\.\w)")
        self._in_call = re.compile(rf"(?<![\w/.'\"=-])(?:{name})(?= with )")
        self._in_backticks = re.compile(rf"(?<=`)(?:{name})(?=`)")

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Translate a request's tool, and what the answer says of tools."""
        if ctx.method == "tools/call" and ctx.params:
            ctx = replace(ctx, params={**ctx.params, "name": self._plain(ctx.params.get("name"))})
        try:
            result = await call_next(ctx)
        except MCPError as error:
            raise MCPError(error.code, self._sentence(error.message), error.data) from None
        if isinstance(result, dict):
            self._translate(ctx.method, result)
        return result

    def _plain(self, name: Any) -> Any:
        plain = name.removeprefix(self._prefix) if isinstance(name, str) else name
        return plain if plain in self._names else name

    def _translate(self, method: str, result: JSONObject) -> None:
        match method:
            case "initialize" | "server/discover":
                result["instructions"] = self._sentence(result["instructions"])
            case "tools/list" | "prompts/list" | "resources/list" | "resources/templates/list":
                result |= _changed(result, {"description"}, self._sentence)
                for tool in result.get("tools", []):
                    tool["name"] = self._prefix + tool["name"]
            case "prompts/get":
                result["messages"] = _changed(result["messages"], {"text"}, self._markdown)
            case "resources/read":
                for contents in result["contents"]:
                    contents["text"] = self._read(contents["mimeType"], contents["text"])
            case "tools/call":
                self._answer(result)

    def _answer(self, result: JSONObject) -> None:
        """An answer's facts, and its text, which holds the same sentences."""
        facts = result.get("structuredContent")
        said: dict[str, str] = {}

        def translated(sentence: str) -> str:
            return said.setdefault(sentence, self._sentence(sentence))

        if facts:
            result["structuredContent"] = _changed(facts, _SENTENCES, translated)
        for block in result.get("content", []):
            if block["type"] != "text":
                continue
            text = block["text"] if facts else self._outside_fences(block["text"])
            for sentence, ours in said.items():
                text = text.replace(sentence, ours)
            block["text"] = text

    def _read(self, mime_type: str, text: str) -> str:
        match mime_type:
            case "application/json":
                facts = _changed(json.loads(text), _SENTENCES, self._sentence)
                return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
            case "text/markdown":
                return self._markdown(text)
            case "text/plain":
                return self._outside_fences(text)
        return text

    def _sentence(self, text: str) -> str:
        return self._in_sentence.sub(self._prefixed, text)

    def _markdown(self, text: str) -> str:
        return self._in_backticks.sub(self._prefixed, text)

    def _outside_fences(self, text: str) -> str:
        """A text with content of files in it: what is fenced is left as it is."""
        told, end = "", 0
        for fenced in _FENCED.finditer(text):
            told += self._in_call.sub(self._prefixed, text[end : fenced.start()]) + fenced[0]
            end = fenced.end()
        return told + self._in_call.sub(self._prefixed, text[end:])

    def _prefixed(self, name: re.Match[str]) -> str:
        return self._prefix + name[0]


def _changed(value: Any, keys: Collection[str], change: Callable[[str], str]) -> Any:
    """A value with the texts, and the lists of texts, under some keys changed, however deep."""
    if isinstance(value, dict):
        return {
            key: _texts_changed(child, keys, change) if key in keys else _changed(child, keys, change)
            for key, child in value.items()
        }
    return [_changed(child, keys, change) for child in value] if isinstance(value, list) else value


def _texts_changed(value: Any, keys: Collection[str], change: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_texts_changed(child, keys, change) for child in value]
    return change(value) if isinstance(value, str) else _changed(value, keys, change)
