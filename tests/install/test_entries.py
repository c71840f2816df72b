"""An entry for this program is recognized by what it runs, and shows which facility it uses."""

from typing import Any

import pytest

from alcf_mcp.install import Launcher
from alcf_mcp.install.entries import ServerEntry, wanted


def entry(command: Any, *arguments: str, **rest: Any) -> ServerEntry:
    found = ServerEntry.of({"command": command, "args": list(arguments), **rest})
    assert found is not None
    return found


@pytest.mark.parametrize(
    "words",
    [
        ("/home/ada/alcf-mcp/bin/alcf-mcp", "serve"),
        ("C:\\Users\\ada\\Scripts\\alcf-mcp.exe", "serve"),
        ("alcf-mcp",),
        ("/bin/python3", "-m", "alcf_mcp", "serve"),
        ("/home/ada/.local/bin/uvx", "alcf-mcp@latest", "serve"),
        ("uvx", "--from", "git+https://host/alcf-mcp", "alcf-mcp", "serve"),
        ("uv", "run", "--directory", "/src/alcf-mcp", "alcf-mcp", "serve", "--state-dir", "/x/alcf-mcp"),
        ("wsl.exe", "/home/ada/bin/alcf-mcp", "serve"),
    ],
)
def test_it_is_recognized_however_it_is_run(words: tuple[str, ...]) -> None:
    assert entry(*words).runs_alcf_mcp
    assert [flag for flag in entry(*words).flags if not flag.startswith(("--state-dir", "/x"))] == []


@pytest.mark.parametrize(
    "words",
    [
        ("npx", "-y", "alcf-mcp-helper"),
        ("/home/ada/alcf-mcp/bin/python", "server.py"),
        ("python", "alcf_mcp"),
        ("uvx", "mcp-server-git", "--repository", "/src/alcf"),
    ],
)
def test_others_are_not(words: tuple[str, ...]) -> None:
    assert not entry(*words).runs_alcf_mcp


@pytest.mark.parametrize(
    "value", [None, 1, [], {}, {"url": "https://host/mcp"}, {"command": 1}, {"command": {}}]
)
def test_what_starts_no_program_is_none(value: Any) -> None:
    assert ServerEntry.of(value) is None


def test_zed_once_wrote_it_in_another_way() -> None:
    assert entry({"path": "alcf-mcp", "args": ["serve"]}).words == ("alcf-mcp", "serve")


@pytest.mark.parametrize(
    ("flags", "variables", "facility"),
    [
        ((), {}, None),
        (("--facility", "local"), {}, "local"),
        (("--read-only", "--facility=LOCAL"), {}, "local"),
        ((), {"ALCF_MCP_FACILITY": "local"}, "local"),
        (("--facility", "alcf"), {"ALCF_MCP_FACILITY": "local"}, "alcf"),
        (("--facility",), {}, None),
    ],
)
def test_the_facility(flags: tuple[str, ...], variables: dict[str, str], facility: str | None) -> None:
    assert entry("alcf-mcp", "serve", *flags, env=variables).facility == facility


@pytest.mark.parametrize(
    ("token", "held"),
    [("Agx0", True), ("", False), ("${input:alcf-token}", False), ("${env:TOKEN}", False), ("$TOKEN", False)],
)
def test_a_token_is_told_from_where_one_is_to_be_found(token: str, held: bool) -> None:
    assert entry("alcf-mcp", env={"ALCF_MCP_ACCESS_TOKEN": token}).holds_token is held


def test_flags_that_the_person_added_are_kept() -> None:
    before = entry("/old/alcf-mcp", "serve", "--facility", "local", "--read-only", "--confirm", "human")
    assert wanted(Launcher("uvx", ("alcf-mcp",)), local=False, before=before) == {
        "command": "uvx",
        "args": ["alcf-mcp", "serve", "--read-only", "--confirm", "human"],
    }
    assert wanted(Launcher("/bin/alcf-mcp"), local=True, before=None) == {
        "command": "/bin/alcf-mcp",
        "args": ["serve", "--facility", "local"],
    }
