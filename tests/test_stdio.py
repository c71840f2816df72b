"""Nothing that asks for an answer is left without one, however little of it can be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.types import JSONRPCError, jsonrpc_message_adapter
from pydantic import ValidationError

from alcf_mcp.stdio import INVALID_REQUEST, PARSE_ERROR, errors_for
from tests.guard.test_answers import META, Raw, raw

__all__ = ["raw"]

CALL = '"method": "tools/call", "params": {"name": "view_file", "arguments": {"id": 99, "path": %s}}'


def answers_to(line: str) -> list[JSONRPCError]:
    with pytest.raises(ValidationError) as refused:
        jsonrpc_message_adapter.validate_json(line, by_name=False)
    return errors_for(refused.value)


@pytest.mark.parametrize("order", ["first", "last"])
@pytest.mark.parametrize("id", [7, "seven", 'a\\"b', -1])
@pytest.mark.parametrize(
    "value",
    [r'"a\ud800b"', "9" * 5000, "[" * 5000 + "]" * 5000],
    ids=lambda value: value[:8],
)
def test_a_line_that_is_not_valid_json_is_answered_under_its_id(value: str, id: Any, order: str) -> None:
    named = f'"jsonrpc": "2.0", "id": {json.dumps(id)}'
    parts = (named, CALL % value) if order == "first" else (CALL % value, named)
    (answer,) = answers_to("{" + ", ".join(parts) + "}")
    assert (answer.id, answer.error.code) == (id, PARSE_ERROR)
    assert "pydantic" not in answer.error.message


@pytest.mark.parametrize(
    "request_",
    [
        {"jsonrpc": "2.0", "id": 7, "method": 5},
        {"jsonrpc": "2.0", "id": 7, "method": "x", "params": [1]},
        {"jsonrpc": "1.0", "id": 7, "method": "x"},
        {"id": 7, "method": "x"},
        {"jsonrpc": "2.0", "id": 7, "method": None},
        {"jsonrpc": "2.0", "id": 7, "params": {}},
    ],
)
def test_a_request_that_is_none_is_answered_under_its_id(request_: dict[str, Any]) -> None:
    (answer,) = answers_to(json.dumps(request_))
    assert (answer.id, answer.error.code) == (7, INVALID_REQUEST)


@pytest.mark.parametrize("line", ["not json", "[1]", '{"jsonrpc": "2.0", "method": 5}', '{"id": {}}', ""])
def test_what_asks_for_no_answer_gets_none(line: str) -> None:
    assert answers_to(line) == []


def test_each_request_in_a_batch_is_answered() -> None:
    batch = [{"jsonrpc": "2.0", "id": id, "method": "tools/list"} for id in (7, "eight")]
    told = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    answers = answers_to(json.dumps([*batch, told, 5, {"id": 9, "result": {}}]))
    assert [answer.id for answer in answers] == [7, "eight"]
    assert all("on a line of its own" in answer.error.message for answer in answers)


@given(st.text())
def test_whatever_a_line_says_it_is_answered_or_left_and_nothing_breaks(line: str) -> None:
    try:
        jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValidationError as error:
        for answer in errors_for(error):
            assert json.loads(answer.model_dump_json())["error"]


async def test_the_server_answers_and_goes_on(raw: Raw, tmp_path: Path) -> None:
    arguments = r'{"path": "/eagle/a\ud800b"}'
    params = f'{{"_meta": {json.dumps(META)}, "name": "view_file", "arguments": {arguments}}}'
    answer = await raw.line(
        f'{{"jsonrpc": "2.0", "id": 4711, "method": "tools/call", "params": {params}}}', 4711
    )
    assert answer["error"]["code"] == PARSE_ERROR
    answer = await raw.line('{"jsonrpc": "2.0", "id": 4712, "method": 5}', 4712)
    assert answer["error"]["code"] == INVALID_REQUEST
    assert "inputRequests" in (await raw.call())["result"]


@pytest.mark.parametrize("era", ["modern", "legacy"])
def test_an_id_that_can_t_be_sent_back_is_answered_under_none(
    process: subprocess.Popen[str], era: str
) -> None:
    meta = {"_meta": META} if era == "modern" else {}
    if era == "legacy":
        ask(process, "initialize", LEGACY)
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": "a\ud800", "method": "tools/list"}) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    assert (answer["id"], answer["error"]["code"]) == (None, PARSE_ERROR)
    assert ask(process, "tools/list", meta, id=2)["result"]["tools"]


LEGACY = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
VERSION = "io.modelcontextprotocol/protocolVersion"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A server of its own, spoken to line by line."""
    settings = {"FACILITY": "local", "STATE_DIR": str(tmp_path), "CONFIG_FILE": os.devnull}
    environment = os.environ | {f"ALCF_MCP_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "alcf_mcp", "serve"]
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    started: subprocess.Popen[str] = subprocess.Popen(command, env=environment, text=True, **pipes)
    yield started
    started.kill()
    started.wait()
    for pipe in (started.stdin, started.stdout, started.stderr):
        with suppress(OSError):
            if pipe:
                pipe.close()


def ask(process: subprocess.Popen[str], method: str, params: dict[str, Any], id: int = 1) -> Any:
    assert process.stdin
    assert process.stdout
    request = {"jsonrpc": "2.0", "id": id, "method": method, "params": params}
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    assert answer["id"] == id
    return answer


def test_an_unknown_version_is_answered(process: subprocess.Popen[str]) -> None:
    answer = ask(process, "tools/list", {"_meta": META | {VERSION: "2099-01-01"}})
    assert answer["error"]["code"] < 0
    assert "2099-01-01" in json.dumps(answer["error"])
    assert ask(process, "tools/list", {"_meta": META}, id=2)["result"]["tools"]


def test_an_unknown_version_of_an_earlier_client_is_answered_with_a_known_one(
    process: subprocess.Popen[str],
) -> None:
    answer = ask(process, "initialize", LEGACY | {"protocolVersion": "1999-01-01"})
    assert answer["result"]["protocolVersion"].startswith("2025-")


@pytest.mark.parametrize("arguments", ["text", [1], 7])
@pytest.mark.parametrize("era", ["modern", "legacy"])
def test_arguments_that_are_none_are_answered(
    process: subprocess.Popen[str], era: str, arguments: Any
) -> None:
    meta = {"_meta": META} if era == "modern" else {}
    if era == "legacy":
        ask(process, "initialize", LEGACY)
    answer = ask(process, "tools/call", meta | {"name": "list_jobs", "arguments": arguments}, id=2)
    assert answer["error"]["code"] == -32602


@pytest.mark.parametrize("requests", [1, 50])
@pytest.mark.parametrize("era", ["modern", "legacy"])
def test_a_client_that_reads_no_more_ends_the_server_quietly(
    process: subprocess.Popen[str], era: str, requests: int
) -> None:
    """Whether or not it goes on sending, and though it leaves its end of the input open."""
    assert process.stdin
    assert process.stdout
    assert process.stderr
    ask(process, "initialize", LEGACY) if era == "legacy" else ask(process, "tools/list", {"_meta": META})
    process.stdout.close()
    request = {"jsonrpc": "2.0", "id": 3, "method": "tools/list", "params": {"_meta": META}}
    for _ in range(requests):
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
    assert process.wait(timeout=20) == 0
    said = process.stderr.read()
    assert "Traceback" not in said
    assert "BrokenPipeError" not in said
