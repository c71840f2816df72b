"""Every client's configuration file is where its documentation says, on every platform."""

from pathlib import Path

import pytest

from alcf_mcp.install import CLIENTS, ClientError, ThisComputer, client_named

HOME = Path("/home/ada")
SUPPORT = "Library/Application Support"


@pytest.mark.parametrize(
    ("client", "linux", "macos", "windows"),
    [
        (
            "claude-desktop",
            ".config/Claude/claude_desktop_config.json",
            f"{SUPPORT}/Claude/claude_desktop_config.json",
            "AppData/Roaming/Claude/claude_desktop_config.json",
        ),
        ("claude-code", ".claude.json", ".claude.json", ".claude.json"),
        (
            "vscode",
            ".config/Code/User/mcp.json",
            f"{SUPPORT}/Code/User/mcp.json",
            "AppData/Roaming/Code/User/mcp.json",
        ),
        ("cursor", ".cursor/mcp.json", ".cursor/mcp.json", ".cursor/mcp.json"),
        ("codex", ".codex/config.toml", ".codex/config.toml", ".codex/config.toml"),
        ("gemini", ".gemini/settings.json", ".gemini/settings.json", ".gemini/settings.json"),
        (
            "windsurf",
            ".codeium/windsurf/mcp_config.json",
            ".codeium/windsurf/mcp_config.json",
            ".codeium/windsurf/mcp_config.json",
        ),
        (
            "devin-desktop",
            ".config/devin/mcp_config.json",
            ".config/devin/mcp_config.json",
            "AppData/Roaming/devin/mcp_config.json",
        ),
        (
            "zed",
            ".config/zed/settings.json",
            ".config/zed/settings.json",
            "AppData/Roaming/Zed/settings.json",
        ),
    ],
)
def test_the_place_on_each_platform(client: str, linux: str, macos: str, windows: str) -> None:
    for platform, place in (("linux", linux), ("darwin", macos), ("win32", windows)):
        assert client_named(client).place(ThisComputer(platform, HOME, {})) == HOME / place


@pytest.mark.parametrize(
    ("client", "variable", "place"),
    [
        ("claude-code", "CLAUDE_CONFIG_DIR", ".claude.json"),
        ("codex", "CODEX_HOME", "config.toml"),
        ("gemini", "GEMINI_CLI_HOME", ".gemini/settings.json"),
        ("claude-desktop", "XDG_CONFIG_HOME", "Claude/claude_desktop_config.json"),
        ("vscode", "XDG_CONFIG_HOME", "Code/User/mcp.json"),
        ("zed", "XDG_CONFIG_HOME", "zed/settings.json"),
    ],
)
def test_environment_variables_move_it(client: str, variable: str, place: str) -> None:
    machine = ThisComputer("linux", HOME, {variable: "/elsewhere"})
    assert client_named(client).place(machine) == Path("/elsewhere") / place


def test_the_windows_package_of_claude_desktop_has_a_place_of_its_own(tmp_path: Path) -> None:
    package = tmp_path / "Packages" / "Claude_pzs8sxrjxfjjc" / "LocalCache" / "Roaming" / "Claude"
    package.mkdir(parents=True)
    machine = ThisComputer("win32", HOME, {"LOCALAPPDATA": str(tmp_path)})
    assert client_named("claude-desktop").place(machine) == package / "claude_desktop_config.json"


def test_an_unknown_client_is_told_with_those_there_are() -> None:
    with pytest.raises(ClientError, match=r"no client 'emacs'\. Choose from claude-desktop, claude-code"):
        client_named("emacs")
    assert [client_named(client.name.upper()) for client in CLIENTS] == list(CLIENTS)
