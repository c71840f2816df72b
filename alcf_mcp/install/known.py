r"""The clients that ``alcf-mcp install`` knows: where each keeps its MCP servers, and in which format.

Both are documented at the addresses below; checked in November 2026.

- Claude Desktop: modelcontextprotocol.io/docs/develop/connect-local-servers. The Windows package (MSIX) reads
  its file below ``%LOCALAPPDATA%\Packages``: anthropics/claude-code#26073. The Linux version, of 2026-06-30,
  keeps it in ``~/.config/Claude``: github.com/aaddrick/claude-desktop-debian, which repackages that version.
- Claude Code: code.claude.com/docs/en/mcp. Version 2.1.197 refuses comments and trailing commas.
- VS Code: code.visualstudio.com/docs/agents/reference/mcp-configuration. The user's ``mcp.json`` is beside
  ``settings.json``: code.visualstudio.com/docs/configure/settings.
- Cursor: cursor.com/docs/mcp.
- Codex: developers.openai.com/codex/mcp. Tested with version 0.169.0.
- Gemini CLI: geminicli.com/docs/tools/mcp-server. Version 0.61.0 accepts comments, but no trailing commas.
  The meaning of ``GEMINI_CLI_HOME``: google-gemini/gemini-cli#23622.
- Windsurf: docs.windsurf.com/windsurf/cascade/mcp. Since 2026-06-02 it is Devin Desktop, which reads another
  file: docs.sevalla.com/ai-agents/windsurf, and vaadin.com/docs on Devin Desktop.
- Zed: zed.dev/docs/ai/mcp and zed.dev/docs/configuring-zed. The path on Windows is in its crate ``paths``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from alcf_mcp.install.errors import ClientError
from alcf_mcp.install.formats import JSON, TOML, Format
from alcf_mcp.install.jsonc import Grammar
from alcf_mcp.install.machine import ThisComputer

_PLAIN = JSON()
_WITH_COMMENTS = JSON(Grammar(comments=True))
_LENIENT = JSON(Grammar(comments=True, trailing_commas=True))

_NEW_SESSION = "Start a new session; the command /mcp shows the connection."


@dataclass(frozen=True)
class Client:
    """A program that starts MCP servers.

    Args:
        name: its name on the command line.
        title: its full name.
        place: where its configuration file is.
        format: the file's format.
        servers: the path to the servers in the file.
        also: other paths where servers may be; ``*`` matches any name.
        always: what every entry contains in addition to the command.
        restart: how to make the client notice a change.
    """

    name: str
    title: str
    place: Callable[[ThisComputer], Path]
    format: Format
    servers: tuple[str, ...]
    restart: str
    also: tuple[tuple[str, ...], ...] = ()
    always: Mapping[str, str] = field(default_factory=dict)


def _claude_desktop(machine: ThisComputer) -> Path:
    if machine.platform == "win32":
        # The package sees its own copy of %APPDATA%, and nothing written to the real one.
        packages = sorted((machine.local / "Packages").glob("Claude_*/LocalCache/Roaming/Claude"))
        if packages:
            return packages[0] / "claude_desktop_config.json"
    return machine.application_data / "Claude" / "claude_desktop_config.json"


def _claude_code(machine: ThisComputer) -> Path:
    return machine.named("CLAUDE_CONFIG_DIR", machine.home) / ".claude.json"


def _vscode(machine: ThisComputer) -> Path:
    return machine.application_data / "Code" / "User" / "mcp.json"


def _cursor(machine: ThisComputer) -> Path:
    return machine.home / ".cursor" / "mcp.json"


def _codex(machine: ThisComputer) -> Path:
    return machine.named("CODEX_HOME", machine.home / ".codex") / "config.toml"


def _gemini(machine: ThisComputer) -> Path:
    return machine.named("GEMINI_CLI_HOME", machine.home) / ".gemini" / "settings.json"


def _windsurf(machine: ThisComputer) -> Path:
    return machine.home / ".codeium" / "windsurf" / "mcp_config.json"


def _devin_desktop(machine: ThisComputer) -> Path:
    base = machine.roaming if machine.platform == "win32" else machine.home / ".config"
    return base / "devin" / "mcp_config.json"


def _zed(machine: ThisComputer) -> Path:
    match machine.platform:
        case "win32":
            return machine.roaming / "Zed" / "settings.json"
        case "darwin":
            return machine.home / ".config" / "zed" / "settings.json"
        case _:
            return machine.named("FLATPAK_XDG_CONFIG_HOME", machine.xdg_config) / "zed" / "settings.json"


def _generic(machine: ThisComputer) -> Path:
    return Path("mcp.json")


GENERIC = Client(
    "generic",
    "your client",
    _generic,
    _LENIENT,
    ("mcpServers",),
    restart="Make your client read the file, and restart it.",
)
"""Any other client that reads a file of the usual format, wherever it is."""

CLIENTS = (
    Client(
        "claude-desktop",
        "Claude Desktop",
        _claude_desktop,
        _PLAIN,
        ("mcpServers",),
        restart="Quit Claude Desktop (closing its window is not enough) and start it again.",
    ),
    Client(
        "claude-code",
        "Claude Code",
        _claude_code,
        _PLAIN,
        ("mcpServers",),
        also=(("projects", "*", "mcpServers"),),
        always={"type": "stdio"},
        restart=_NEW_SESSION,
    ),
    Client(
        "vscode",
        "VS Code",
        _vscode,
        _LENIENT,
        ("servers",),
        always={"type": "stdio"},
        restart="In VS Code, run MCP: List Servers from the command palette, and start it there.",
    ),
    Client(
        "cursor",
        "Cursor",
        _cursor,
        _LENIENT,
        ("mcpServers",),
        restart="Restart Cursor; its settings show the server under Tools & MCP.",
    ),
    Client("codex", "Codex", _codex, TOML(), ("mcp_servers",), restart=_NEW_SESSION),
    Client("gemini", "Gemini CLI", _gemini, _WITH_COMMENTS, ("mcpServers",), restart=_NEW_SESSION),
    Client(
        "windsurf",
        "Windsurf",
        _windsurf,
        _LENIENT,
        ("mcpServers",),
        restart="Refresh the MCP servers in Cascade. If your Windsurf has become Devin Desktop: "
        "alcf-mcp install devin-desktop.",
    ),
    Client(
        "devin-desktop",
        "Devin Desktop",
        _devin_desktop,
        _LENIENT,
        ("mcpServers",),
        restart="Refresh the list of MCP servers in Devin Desktop.",
    ),
    Client(
        "zed",
        "Zed",
        _zed,
        _LENIENT,
        ("context_servers",),
        restart="Zed starts the server at once; the Agent Panel's settings show a green dot.",
    ),
    GENERIC,
)
"""All of them."""


def client_named(name: str) -> Client:
    """The client with this name on the command line.

    Raises:
        ClientError: there is no such client.
    """
    for client in CLIENTS:
        if client.name == name.lower():
            return client
    names = ", ".join(client.name for client in CLIENTS)
    raise ClientError(f"There is no client {name!r}. Choose from {names}.")
