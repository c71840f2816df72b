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
