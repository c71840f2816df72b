"""What is found on a machine: every client, its file, the entries that run alcf-mcp, and problems."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.install import (
    CLIENTS,
    FoundConfiguration,
    Launcher,
    ThisComputer,
    client_named,
    found_configurations,
    installation,
)
from alcf_mcp.install.found import _entries
from tests.install.test_jsonc import VALUES


def found(client: str) -> FoundConfiguration:
    (configuration,) = [found for found in found_configurations() if found.client == client]
    return configuration


def write(client: str, text: str) -> Path:
    path = client_named(client).place(ThisComputer())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_every_client_is_told_whether_it_is_there_or_not(home: Path) -> None:
    configurations = found_configurations()
    assert [found.client for found in configurations] == [client.name for client in CLIENTS[:-1]]
    assert not any(found.exists or found.problem or found.entries for found in configurations)
    assert found("codex").path == home / ".codex" / "config.toml"


@pytest.mark.parametrize("client", [client.name for client in CLIENTS[:-1]])
def test_what_was_installed_is_found(client: str, launcher: Launcher) -> None:
    installation(client_named(client), launcher, name="argonne", local=True).apply()
    configuration = found(client)
    assert configuration.exists
    (entry,) = configuration.entries
    assert (entry.name, entry.facility, entry.problems) == ("argonne", "local", ())
    assert entry.words == (launcher.command, "serve", "--facility", "local")


def test_an_entry_of_one_project_is_found_too(program: Path) -> None:
    servers = {"alcf": {"command": str(program), "args": ["serve"]}, "git": {"command": "git"}}
    write("claude-code", json.dumps({"projects": {"/src/x": {"mcpServers": servers}, "/src/y": {}}}))
    assert [(entry.name, entry.facility) for entry in found("claude-code").entries] == [
        ("alcf (/src/x)", None)
    ]


def test_problems_are_told_with_what_to_do(home: Path, program: Path) -> None:
    token = "AgTheTokenItself"
    servers = {
        "gone": {"command": "/gone/alcf-mcp", "args": ["serve"]},
        "closed": {"command": str(program), "args": ["serve"]},
        "open": {"command": "${HOME}/alcf-mcp", "env": {"ALCF_MCP_ACCESS_TOKEN": token}},
    }
    program.chmod(0o644)
    write("cursor", json.dumps({"mcpServers": servers}))
    gone, closed, opened = found("cursor").entries
    assert gone.problems == (
        "The command /gone/alcf-mcp does not exist. Run this again: alcf-mcp install cursor.",
    )
    assert "is not an executable program" in closed.problems[0]
    assert "It contains an access token" in opened.problems[0]
    assert token not in repr(found("cursor"))


@pytest.mark.parametrize(
    ("client", "text", "said"),
    [
        ("zed", '{\n"a": }', "It is not JSON with comments that Zed can read: line 2, column 6"),
        ("claude-code", "{} // x", "this client does not accept comments"),
        ("codex", "[a", "It is not TOML that Codex can read: line 1"),
        ("gemini", "[]", "The whole file is not an object"),
    ],
)
def test_a_broken_file_is_a_problem_and_no_exception(home: Path, client: str, text: str, said: str) -> None:
    write(client, text)
    assert said in str(found(client).problem)
    assert found(client).exists


def test_a_file_that_is_none_is_a_problem(home: Path) -> None:
    client_named("vscode").place(ThisComputer()).mkdir(parents=True)
    assert "can't be read" in str(found("vscode").problem)


@given(
    st.dictionaries(st.sampled_from(["mcpServers", "projects"]), VALUES | st.dictionaries(st.text(), VALUES))
)
def test_nothing_in_a_configuration_is_an_exception(values: dict[str, Any]) -> None:
    list(_entries(client_named("claude-code"), values))
