"""Clients of 2026-07-28 repeat a call with their user's answer; an invalid answer does not count as one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import ByteReceiveStream, Process
from anyio.streams.text import TextReceiveStream
from mcp import MCPError
from mcp.server import ServerRequestContext

from alcf_mcp.guard.answers import NO_ANSWER, take_odd_answers

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
}
CALL = {"name": "chmod", "arguments": {"path": "/eagle/LocalDemo", "mode": "700"}}
NONE: list[Any] = [
    *({"action": "banana"}, {}, None, "yes", 1, [], {"error": {"code": -32603, "message": "no"}}),
    *({"action": "accept"}, {"action": "accept", "content": "yes"}, {"action": "accept", "content": {}}),
    *({"action": "accept", "content": {"confirm": [True]}}, {"roots": []}),
]


class Raw:
    """A client that writes arbitrary lines of JSON."""

    def __init__(self, process: Process) -> None:
        assert isinstance(process.stdout, ByteReceiveStream)
        self._process = process
        self._lines = TextReceiveStream(process.stdout)
        self._rest = ""
        self._number = 0

    async def call(self, **more: Any) -> dict[str, Any]:
        """Call the tool and return the whole response message."""
        (message,) = await self.at_once(more)
        return message

    async def at_once(self, *calls: dict[str, Any]) -> list[dict[str, Any]]:
        """Make several calls before any is answered; return the response messages in no particular order."""
        assert self._process.stdin is not None
        waiting = set()
        for more in calls:
            self._number += 1
            waiting.add(self._number)
            request = {"jsonrpc": "2.0", "id": self._number, "method": "tools/call"}
            line = json.dumps({**request, "params": {"_meta": META, **CALL, **more}})
            await self._process.stdin.send(f"{line}\n".encode())
        answers: list[dict[str, Any]] = []
        with anyio.fail_after(20):
            while waiting:
                message = json.loads(await self._line())
                if message.get("id") in waiting:
                    waiting.remove(message["id"])
                    answers.append(message)
        return answers

    async def line(self, line: str, id: int) -> dict[str, Any]:
        """Send a line as it is; the message that answers under an id."""
        assert self._process.stdin is not None
        await self._process.stdin.send(f"{line}\n".encode())
        with anyio.fail_after(20):
            while True:
                message: dict[str, Any] = json.loads(await self._line())
                if message.get("id") == id:
                    return message

    async def _line(self) -> str:
        while "\n" not in self._rest:
            self._rest += await self._lines.receive()
        line, _, self._rest = self._rest.partition("\n")
        return line


@pytest.fixture
async def raw(tmp_path: Path) -> AsyncIterator[Raw]:
    command = [sys.executable, "-m", "alcf_mcp", "serve", "--facility", "local", "--state-dir", str(tmp_path)]
    process = await anyio.open_process(command, stderr=subprocess.DEVNULL, env=dict(os.environ))
    async with process:
        yield Raw(process)
        process.terminate()


SUBMIT: dict[str, Any] = {
    "resource": "polaris",
    "script": "true",
    "account": "LocalDemo",
    "queue": "preemptable",
    "nodes": 2,
    "walltime": "70h",
    "directory": "/eagle/LocalDemo",
}


async def test_an_answer_counts_once_however_often_it_is_repeated(raw: Raw) -> None:
    """One after the other, at the same time, and after a no."""
    call: dict[str, Any] = {"name": "submit_job", "arguments": SUBMIT}
    yes = {"action": "accept", "content": {"confirm": True}}
    asked = (await raw.call(**call))["result"]
    (key,) = asked["inputRequests"]
    answer = {"inputResponses": {key: yes}, "requestState": asked["requestState"]}
    done = await raw.at_once(*[{**call, **answer} for _ in range(3)])
    facts = [one["result"].get("structuredContent", {"outcome": "asked anew"}) for one in done]
    outcomes = [one.get("outcome", "done") for one in facts]
    assert outcomes.count("done") == 1
    assert {"answer_used", "asked anew"} >= set(outcomes) - {"done"}
    assert "inputRequests" in (await raw.call(**call, **answer))["result"], "asked anew"
    asked = (await raw.call(**call))["result"]
    no = {"inputResponses": {key: {"action": "decline"}}, "requestState": asked["requestState"]}
    assert (await raw.call(**call, **no))["result"]["structuredContent"]["outcome"] == "declined"
    changed = {"inputResponses": {key: yes}, "requestState": asked["requestState"]}
    assert "inputRequests" in (await raw.call(**call, **changed))["result"]


async def test_what_is_no_answer_is_a_question_that_failed(raw: Raw, tmp_path: Path) -> None:
    tree = tmp_path / "local" / "tree" / "eagle" / "LocalDemo"
    asked = (await raw.call())["result"]
    (key,), before = asked["inputRequests"], tree.stat().st_mode
    for answer in NONE:
        again = await raw.call(inputResponses={key: answer}, requestState=asked["requestState"])
        assert again["result"]["structuredContent"]["outcome"] == "confirmation_required", answer
    yes = {"action": "accept", "content": {"confirm": True}}
    for late in (
        {"inputResponses": {key: yes}, "requestState": "forged"},
        {"inputResponses": {key: yes}},
        {"inputResponses": {"another": yes}, "requestState": asked["requestState"]},
        {"inputResponses": "yes"},
        {"inputResponses": [yes]},
    ):
        assert "inputRequests" in (await raw.call(**late))["result"], late
    assert tree.stat().st_mode == before
    await raw.call(inputResponses={key: yes}, requestState=asked["requestState"])
    assert tree.stat().st_mode != before


class Tool:
    """What the middleware hands on to: it may refuse the first call, and keeps what it was given."""

    def __init__(self, refusal: MCPError | None = None) -> None:
        self.refusals = [refusal] if refusal else []
        self.given: list[dict[str, Any]] = []

    async def __call__(self, context: ServerRequestContext[Any, Any]) -> dict[str, Any]:
        self.given.append(dict(context.params or {}))
        if self.refusals:
            raise self.refusals.pop()
        return {"done": len(self.given)}


async def repeat(tool: Tool, params: dict[str, Any] | None, method: str = "tools/call") -> Any:
    """Repeat a call through the middleware."""
    session: Any = None  # the middleware has no use for it
    context = ServerRequestContext(
        session=session, lifespan_context=None, protocol_version="2026-07-28", method=method, params=params
    )
    return await take_odd_answers(context, tool)


AGREED = {"action": "accept", "content": {"confirm": True}}
OTHER_ANSWERS = [
    {"action": "decline"},
    {"action": "cancel"},
    {"roots": []},
    {"role": "assistant", "content": {"type": "text", "text": "yes"}, "model": "m"},
]


@pytest.mark.parametrize("answer", [AGREED, *OTHER_ANSWERS])
async def test_an_answer_passes_as_it_is_with_all_else(answer: dict[str, Any]) -> None:
    params = {"name": "chmod", "inputResponses": {"q": answer}, "requestState": "s"}
    assert await repeat(tool := Tool(), params) == {"done": 1}
    assert tool.given == [params]


@pytest.mark.parametrize("odd", ["yes", None, 1, {}, {"action": "perhaps"}])
async def test_what_is_no_answer_becomes_one_without_content(odd: object) -> None:
    await repeat(tool := Tool(), {"name": "chmod", "inputResponses": {"q": odd, "other": AGREED}})
    assert tool.given == [{"name": "chmod", "inputResponses": {"q": NO_ANSWER, "other": AGREED}}]


@pytest.mark.parametrize(("odd", "passed"), [("yes", {}), ([AGREED], {}), (None, None)])
async def test_answers_under_no_name_are_none(odd: object, passed: object) -> None:
    await repeat(tool := Tool(), {"name": "chmod", "inputResponses": odd, "requestState": "s"})
    assert tool.given == [{"name": "chmod", "inputResponses": passed, "requestState": "s"}]


async def test_only_repeated_calls_of_tools_are_looked_at() -> None:
    tool = Tool()
    untouched: list[tuple[str, dict[str, Any] | None]] = [
        ("prompts/get", {"inputResponses": {"q": "odd"}}),
        ("tools/call", {"name": "chmod"}),
        ("tools/call", None),
    ]
    for method, params in untouched:
        await repeat(tool, params, method)
    assert tool.given == [params or {} for _, params in untouched]


async def test_an_answer_that_comes_too_late_is_asked_for_anew() -> None:
    late = MCPError(code=-32602, message="no", data={"reason": "invalid_request_state"})
    params = {"name": "chmod", "inputResponses": {"q": AGREED}, "requestState": "of long ago"}
    assert await repeat(tool := Tool(late), params) == {"done": 2}
    assert tool.given == [params, {"name": "chmod"}]


@pytest.mark.parametrize("data", [None, "invalid_request_state", {"reason": "another"}, {}])
async def test_any_other_refusal_reaches_the_client(data: Any) -> None:
    refusal = MCPError(code=-32602, message="no", data=data)
    tool = Tool(refusal)
    with pytest.raises(MCPError) as raised:
        await repeat(tool, {"name": "chmod", "requestState": "s"})
    assert raised.value is refusal
    assert len(tool.given) == 1
