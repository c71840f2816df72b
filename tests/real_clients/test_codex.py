"""Codex: its calls alone, and with a model that plays a script."""

import json
from typing import Any

import pytest

from tests.real_clients.codex import AppServer
from tests.real_clients.home import Home
from tests.real_clients.install import node_program
from tests.real_clients.scripted_model import Call, ScriptedModel, responses_results

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("node")]

HERE = "/eagle/LocalDemo/work"


def test_it_knows_what_is_installed(home: Home) -> None:
    home.install("codex")
    listed = home.run(node_program("codex"), "mcp", "list").stdout.splitlines()
    (line,) = [line for line in listed if line.startswith("alcf ")]
    assert "serve --facility local" in line
    assert "enabled" in line


def test_it_calls_tools(home: Home) -> None:
    home.install("codex")
    with home.start(node_program("codex"), "app-server") as program:
        codex = AppServer(program)
        (status,) = codex.ask("mcpServerStatus/list")["data"]
        assert (status["name"], len(status["tools"])) == ("alcf", 25)
        thread = codex.ask("thread/start", cwd=str(home.path))["thread"]["id"]

        def call(tool: str, **arguments: str) -> dict[str, Any]:
            where = {"threadId": thread, "server": "alcf"}
            return codex.ask("mcpServer/tool/call", **where, tool=tool, arguments=arguments)

        assert call("make_directory", path=HERE)["structuredContent"]["path"] == HERE
        assert call("chmod", path=HERE, mode="700")["structuredContent"]["outcome"] == "dismissed"
        assert call("get_job", job_id="9")["isError"]
        resource = {"threadId": thread, "server": "alcf", "uri": "alcf://resources/polaris"}
        (read,) = codex.ask("mcpServer/resource/read", **resource)["contents"]
        assert json.loads(read["text"])["name"] == "Polaris"


def test_what_the_model_is_shown(home: Home) -> None:
    script = [
        Call("get_resource", {"resource": "polaris"}, "mcp__alcf"),
        Call("get_job", {"job_id": "9"}, "mcp__alcf"),
        Call("make_directory", {"path": HERE}, "mcp__alcf"),
    ]
    home.install("codex")
    with ScriptedModel(script).serving() as model:
        provider = f'{{name="scripted", base_url="{model.url}/v1", wire_api="responses"}}'
        settings = ["-c", f"model_providers.scripted={provider}", "-c", 'model_provider="scripted"']
        # Without this, a session begins without the server's tools if the server starts slowly.
        patient = ["-c", "mcp_servers.alcf.required=true"]
        options = ["--skip-git-repo-check", "--model", "scripted", *settings, *patient]
        done = home.run(node_program("codex"), "exec", *options, "Go.")
    assert done.stdout.strip() == "Done.", done.stderr
    (ours,) = [tool for tool in model.requests[0]["tools"] if tool.get("name") == "mcp__alcf"]
    assert ours["description"].startswith("Tools for the Argonne Leadership Computing Facility")
    assert len(ours["tools"]) == 25

    shown, failed, refused = [str(result["output"]) for result in responses_results(model.requests[-1])]
    assert '"name":"Polaris"' in shown
    assert '"next_step":"list_jobs shows yours' in failed
    # It knows from the annotations which tools only read. The others need an approval, and nobody is there.
    assert "requires approval" in refused
    assert not home.at_facility(HERE).exists()
