"""Every client's configuration gets the entry in its own format, and keeps the rest."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from alcf_mcp.install import (
    CLIENTS,
    Client,
    ClientError,
    Launcher,
    ThisComputer,
    client_named,
    installation,
    removal,
)
from alcf_mcp.install.known import GENERIC

ENTRIES: dict[str, tuple[str, dict[str, str]]] = {
    "claude-desktop": ("mcpServers", {}),
    "claude-code": ("mcpServers", {"type": "stdio"}),
    "vscode": ("servers", {"type": "stdio"}),
    "cursor": ("mcpServers", {}),
    "codex": ("mcp_servers", {}),
    "gemini": ("mcpServers", {}),
    "windsurf": ("mcpServers", {}),
    "devin-desktop": ("mcpServers", {}),
    "zed": ("context_servers", {}),
    "generic": ("mcpServers", {}),
}
"""What each client expects: the key of all servers, and what an entry has in addition to the command."""

OTHERS = {
    "json": '{\n    "a": 0,\n    "KEY": {\n        "git": {"command": "uvx"}\n    },\n    "n": 1\n}\n',
    "comments": '// mine\n{\n  "KEY": {\n    /* "a": {} */\n    "git": {"command": "uvx"} // best\n  }\n}\n',
    "trailing": '{\n  "KEY": {\n    "git": {"command": "uvx",}, // best\n  },\n}\n',
    "toml": '# mine\nmodel = "x"\n\n[KEY.git]  # best\ncommand = "uvx"\n\n[profiles.a]\nmodel = "y"\n',
}
"""Configurations with other servers, in every format."""

TAKEN = {
    "claude-desktop": ["json"],
    "claude-code": ["json"],
    "gemini": ["json", "comments"],
    "codex": ["toml"],
}
"""Which clients accept which of them; the rest accept all JSON."""

SAMPLES = [
    (client, sample)
    for client in CLIENTS
    for sample in TAKEN.get(client.name, ["json", "comments", "trailing"])
]


@pytest.fixture(autouse=True)
def in_an_empty_place(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)


def path_of(client: Client) -> Path:
    return client.place(ThisComputer()).absolute()


def written(client: Client, text: str) -> Path:
    path = path_of(client)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def sample_of(client: Client, sample: str) -> str:
    return OTHERS[sample].replace("KEY", ENTRIES[client.name][0])


def entry_of(client: Client, launcher: Launcher, *flags: str) -> dict[str, Any]:
    return ENTRIES[client.name][1] | {"command": launcher.command, "args": ["serve", *flags]}


def refusals(client: Client, launcher: Launcher) -> list[str]:
    """The messages when neither installing nor removing is possible."""
    with pytest.raises(ClientError) as installing:
        installation(client, launcher)
    with pytest.raises(ClientError) as removing:
        removal(client)
    return [str(installing.value), str(removing.value)]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
@pytest.mark.parametrize("content", [None, ""], ids=["missing", "empty"])
def test_a_new_configuration_has_the_entry_in_the_clients_form(
    client: Client, content: str | None, launcher: Launcher
) -> None:
    if content is not None:
        written(client, content)
    change = installation(client, launcher)
    assert (change.apply() is None) is (content is None)
    text = path_of(client).read_text()
    values = tomllib.loads(text) if path_of(client).suffix == ".toml" else json.loads(text)
    assert values == {ENTRIES[client.name][0]: {"alcf": entry_of(client, launcher)}}
    assert change.snippet() == text
    assert not installation(client, launcher).changes_something


@pytest.mark.parametrize(("client", "sample"), SAMPLES, ids=lambda value: getattr(value, "name", value))
def test_other_servers_comments_and_style_stay(client: Client, sample: str, launcher: Launcher) -> None:
    before = sample_of(client, sample)
    path = written(client, before)
    installation(client, launcher, local=True).apply()
    after = path.read_text()
    assert [line.count("best") for line in after.splitlines() if "git" in line] == [before.count("best")]
    values = client.format.read(after)[ENTRIES[client.name][0]]
    assert values["alcf"] == entry_of(client, launcher, "--facility", "local")
    assert values["git"]["command"] == "uvx"
    assert not installation(client, launcher, local=True).changes_something
    removal(client).apply()
    assert path.read_text() == before


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_broken_configuration_is_left_untouched_and_the_place_told(
    client: Client, launcher: Launcher
) -> None:
    path = written(client, '{\n  "x": [,\n')
    for refused in refusals(client, launcher):
        assert refused.startswith(f"{path} is not {client.format.name} that {client.title} can read: line ")
        assert "It was left unchanged" in refused
    assert [file for file in path.parent.iterdir() if file.is_file()] == [path]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_read_only_configuration_is_left_untouched(client: Client, launcher: Launcher) -> None:
    path = written(client, "")
    path.chmod(0o444)
    with pytest.raises(ClientError, match="read-only"):
        installation(client, launcher).apply()
    assert path.read_text() == ""


@pytest.mark.parametrize("name", ["claude-desktop", "claude-code"])
def test_comments_are_no_good_where_the_client_takes_none(name: str, launcher: Launcher) -> None:
    written(client_named(name), "{} // mine\n")
    with pytest.raises(ClientError, match="line 1, column 4: this client does not accept comments"):
        installation(client_named(name), launcher)


@pytest.mark.parametrize("name", ["vscode", "codex"])
def test_what_the_person_added_to_the_entry_stays(name: str, launcher: Launcher) -> None:
    client = client_named(name)
    installation(client, Launcher("/old/alcf-mcp")).apply()
    path = path_of(client)
    text = path.read_text()
    env = '\n      "env": {"ALCF_MCP_CONFIRM": "human"}, // careful'
    text = text.replace('"stdio",', f'"stdio",{env}').replace(
        "args =", 'env = {ALCF_MCP_CONFIRM = "human"} # careful\nargs ='
    )
    path.write_text(text.replace('"serve"', '"serve", "--read-only"'))
    change = installation(client, launcher, local=True)
    assert "human" not in change.snippet()
    assert change.existed
    change.apply()
    assert "careful" in path.read_text()
    (entry,) = client.format.read(path.read_text())[client.servers[0]].values()
    assert entry.pop("env") == {"ALCF_MCP_CONFIRM": "human"}
    assert entry == entry_of(client, launcher, "--facility", "local", "--read-only")


def test_a_name_that_another_server_has_is_not_taken_from_it(launcher: Launcher) -> None:
    path = written(client_named("cursor"), '{"mcpServers": {"alcf": {"url": "https://host/mcp"}}}')
    for refused in refusals(client_named("cursor"), launcher):
        assert "is another server, which does not run alcf-mcp" in refused
    installation(client_named("cursor"), launcher, name="argonne").apply()
    assert list(json.loads(path.read_text())["mcpServers"]) == ["alcf", "argonne"]


def test_a_name_that_some_client_would_not_take(launcher: Launcher) -> None:
    with pytest.raises(ClientError, match="letters, digits"):
        installation(client_named("codex"), launcher, name="a.b")


@pytest.mark.parametrize("text", ["[]", '{"mcpServers": "x"}', '{"mcpServers": {"alcf": 1}}'])
def test_what_has_another_shape_is_left_untouched(text: str, launcher: Launcher) -> None:
    path = written(client_named("cursor"), text)
    with pytest.raises(ClientError, match="It was left unchanged"):
        installation(client_named("cursor"), launcher)
    assert path.read_text() == text


@pytest.mark.parametrize(
    "text", ["mcp_servers = {git = {command = 'x'}}\n", "[mcp_servers]\nalcf = {command = 'alcf-mcp'}\n"]
)
def test_toml_that_can_not_be_changed_safely_is_left_to_the_person(text: str, launcher: Launcher) -> None:
    path = written(client_named("codex"), text)
    with pytest.raises(ClientError, match="Change it by hand: --print shows the entry"):
        installation(client_named("codex"), launcher)
    assert path.read_text() == text


def test_another_file_or_directory_can_be_named(home: Path, launcher: Launcher) -> None:
    assert installation(GENERIC, launcher).path == home / "mcp.json"
    assert installation(GENERIC, launcher, path=home).path == home / "mcp.json"
    workspace = home / ".vscode" / "mcp.json"
    installation(client_named("vscode"), launcher, path=workspace).apply()
    assert "servers" in json.loads(workspace.read_text())


def test_taking_out_what_is_not_there_changes_nothing(home: Path) -> None:
    assert not removal(client_named("zed")).changes_something
    written(client_named("zed"), "// nothing\n")
    assert not removal(client_named("zed")).changes_something
