"""``alcf-mcp serve`` as a client starts it: over stdio, and exiting cleanly when the client does."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.conftest import Answered, Era

COMMAND = [sys.executable, "-m", "alcf_mcp"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "ALCF_MCP_STATE_DIR": str(tmp_path)}


def start(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *arguments],
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def say(server: subprocess.Popen[str], **message: Any) -> dict[str, Any]:
    """Send a request of the older protocol era by hand and read the response."""
    assert server.stdin
    assert server.stdout
    server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    server.stdin.flush()
    return json.loads(server.stdout.readline()) if "id" in message else {}


def shake_hands(server: subprocess.Popen[str]) -> None:
    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    answer = say(server, id=1, method="initialize", params=hello)
    assert answer["result"]["serverInfo"]["name"] == "alcf"
    say(server, method="notifications/initialized")


async def test_a_client_of_either_era_finds_the_tools_and_the_prompt(
    environment: dict[str, str], era: Era
) -> None:
    command = StdioServerParameters(
        command=COMMAND[0], args=[*COMMAND[1:], "serve", "--facility", "local"], env=environment
    )
    async with Client(command, mode=era) as client:
        assert len((await client.list_tools()).tools) == 25
        assert "check-my-jobs" in [prompt.name for prompt in (await client.list_prompts()).prompts]
        listed = Answered.of(await client.call_tool("list_resources", {}))
        assert "Polaris" in listed.text


def test_serving_is_what_the_command_does_by_itself(environment: dict[str, str]) -> None:
    with start(environment) as server:
        shake_hands(server)
        assert server.stdin
        server.stdin.close()
        assert server.wait(timeout=10) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_though_the_input_stays_open(
    environment: dict[str, str], number: signal.Signals
) -> None:
    with start(environment, "serve", "--facility", "local") as server:
        shake_hands(server)
        server.send_signal(number)
        assert server.wait(timeout=10) == 128 + number
        assert server.stderr
        assert "Traceback" not in server.stderr.read()


def test_stdout_belongs_to_the_protocol(environment: dict[str, str]) -> None:
    with start(environment, "serve", "--facility", "local", "--log-level", "DEBUG") as server:
        shake_hands(server)
        say(server, id=2, method="tools/call", params={"name": "list_projects", "arguments": {}})
        assert server.stdin
        assert server.stdout
        server.stdin.close()
        for line in server.stdout:
            assert json.loads(line)["jsonrpc"] == "2.0"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["serve", "--confirm", "never"],
            "alcf-mcp: ALCF_MCP_CONFIRM (--confirm): should be 'ask', 'human' or 'off'\n",
        ),
        (["serve", "--api-url", "nowhere"], "https://api.alcf.anl.gov/api/v1"),
        (["serve", "--toolsets", "jobs"], "choose from core, default"),
    ],
)
def test_a_wrong_setting_is_one_line_and_status_2(
    environment: dict[str, str], arguments: list[str], said: str
) -> None:
    done = subprocess.run(
        [*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_the_version(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [*COMMAND, "--version"], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("alcf-mcp 0.")
