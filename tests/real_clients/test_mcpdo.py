"""The MCP Inspector's mcpdo, which keeps a connection open and puts the server's questions to its user."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.real_clients.home import SERVER, Home
from tests.real_clients.install import node_program

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("node")]

HERE = "/eagle/LocalDemo/work"


class Mcpdo:
    """Run a command as a user would type it; a daemon in the user's home keeps the connection."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def do(self, *words: str) -> dict[str, Any]:
        done = self._home.run(node_program("mcpdo"), "--format", "json", *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    def call(self, tool: str, **arguments: str) -> dict[str, Any]:
        return self.do("tools/call", tool, json.dumps(arguments), "--connection", "alcf")

    def respond(self, question: dict[str, Any], answer: str) -> dict[str, Any]:
        return self.do("elicitation/respond", question["elicitationId"], answer, "--connection", "alcf")


@contextmanager
def connected(home: Home, era: str) -> Iterator[Mcpdo]:
    command = {"command": str(SERVER), "args": ["serve", "--facility", "local"]}
    config = home.path / "mcp.json"
    config.write_text(json.dumps({"mcpServers": {"alcf": command}}))
    client = Mcpdo(home)
    try:
        client.do("--config", str(config), "connect", "alcf", "--era", era, "--elicit", "both")
        yield client
        client.do("disconnect", "alcf", "--connection", "alcf")
    finally:
        client.do("daemon", "stop")


@pytest.mark.parametrize("era", ["modern", "legacy"])
@pytest.mark.parametrize(
    ("answer", "outcome", "mode"),
    [("confirm:=true", None, "700"), ("--decline", "declined", "755"), ("--cancel", "dismissed", "755")],
    ids=["agreed", "declined", "dismissed"],
)
def test_the_person_is_asked(home: Home, era: str, answer: str, outcome: str | None, mode: str) -> None:
    with connected(home, era) as client:
        client.call("make_directory", path=HERE)
        question = client.call("chmod", path=HERE, mode="700")["elicitationPending"]
        assert question["message"].startswith(f"{HERE}: rwxr-xr-x (755) -> rwx------ (700)\nChange the mode?")
        answered = client.respond(question, answer)
    assert answered["structuredContent"].get("outcome") == outcome
    assert home.mode(HERE) == mode
