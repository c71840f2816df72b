"""The MCP Inspector's CLI: one request per run, from a client that can't ask its user."""

import json
from typing import Any

import pytest

from tests.real_clients.home import SERVER, Home
from tests.real_clients.install import node_program

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("node")]

COMMAND = [str(SERVER), "serve", "--facility", "local"]
HERE = "/eagle/LocalDemo/work"


@pytest.fixture(params=["modern", "legacy"])
def era(request: pytest.FixtureRequest) -> str:
    return request.param  # type: ignore[no-any-return]


def inspected(home: Home, era: str, method: str, *options: str, status: int = 0) -> dict[str, Any]:
    """What the Inspector's CLI shows for one request."""
    asked = ["--cli", "-q", "--format", "json", "--protocol-era", era, "--method", method, *options]
    done = home.run(node_program("mcp-inspector"), *asked, "--", *COMMAND)
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)["result"]  # type: ignore[no-any-return]


def test_the_tools_are_portable(home: Home, era: str) -> None:
    options = ["--cli", "--protocol-era", era, "--method", "tools/list", "--strict"]
    done = home.run(node_program("mcp-inspector"), *options, "--", *COMMAND)
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if not line.startswith("{")]  # ours is JSON
    assert said == []


def test_tools_are_listed_and_called(home: Home, era: str) -> None:
    assert len(inspected(home, era, "tools/list")["tools"]) == 25
    listed = inspected(home, era, "tools/call", "--tool-name", "list_resources")
    assert listed["structuredContent"]["summary"].startswith("5 resources")


def test_an_error_of_a_tool_is_one(home: Home, era: str) -> None:
    given = ["--tool-name", "get_job", "--tool-args-json", '{"job_id": "9"}']
    failed = inspected(home, era, "tools/call", *given, status=5)
    assert failed["isError"]
    assert "list_jobs" in failed["structuredContent"]["error"]["next_step"]


def test_a_client_that_cannot_ask_gets_a_code(home: Home, era: str) -> None:
    def call(tool: str, **arguments: str) -> dict[str, Any]:
        given = ["--tool-name", tool, "--tool-args-json", json.dumps(arguments)]
        return inspected(home, era, "tools/call", *given)["structuredContent"]  # type: ignore[no-any-return]

    call("make_directory", path=HERE)
    preview = call("chmod", path=HERE, mode="700")
    assert preview["outcome"] == "confirmation_required"
    changed = call("chmod", path=HERE, mode="700", confirmation=preview["confirmation"])
    assert changed["after"] == "rwx------ (700)"


def test_resources_are_listed_and_read(home: Home, era: str) -> None:
    listed = {one["uri"] for one in inspected(home, era, "resources/list")["resources"]}
    assert {"alcf://resources", "alcf://history"} <= listed
    templates = inspected(home, era, "resources/templates/list")["resourceTemplates"]
    assert "alcf://jobs/{resource}/{job_id}" in {one["uriTemplate"] for one in templates}
    (read,) = inspected(home, era, "resources/read", "--uri", "alcf://resources/polaris")["contents"]
    assert json.loads(read["text"])["name"] == "Polaris"


def test_prompts_are_listed_and_filled_in(home: Home, era: str) -> None:
    assert "check-my-jobs" in {one["name"] for one in inspected(home, era, "prompts/list")["prompts"]}
    wanted = ["--prompt-name", "check-my-jobs", "--prompt-args", "since=2h"]
    (message,) = inspected(home, era, "prompts/get", *wanted)["messages"]
    assert "`since`: 2h" in message["content"]["text"]
