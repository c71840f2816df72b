"""``alcf-mcp install``: a client finds this program, and the user sees what was done and what comes next."""

import json
import os
import shlex
import stat
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from typer.testing import CliRunner, Result

from alcf_mcp.cli import app

SCRIPT = str(Path(sys.executable).with_name("alcf-mcp"))
TOKEN = "AgTokenThatMustNotBeWritten"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "CODEX_HOME", "CLAUDE_CONFIG_DIR", "GEMINI_CLI_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def install(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["install", *arguments], catch_exceptions=False)


async def test_what_is_installed_can_be_started_by_a_client(home: Path) -> None:
    done = install("generic", "--local")
    assert done.exit_code == 0
    assert f"Added alcf to your client: {home / 'mcp.json'}" in done.stdout
    entry = json.loads((home / "mcp.json").read_text())["mcpServers"]["alcf"]
    assert f"It runs: {shlex.join([entry['command'], *entry['args']])}" in done.stdout
    environment = {"ALCF_MCP_STATE_DIR": str(home), "ALCF_MCP_CONFIG_FILE": os.devnull}  # and no PATH
    server = StdioServerParameters(command=entry["command"], args=entry["args"], env=environment)
    async with Client(server) as client:
        assert "Polaris" in str(await client.call_tool("list_resources", {}))


def test_what_is_next_is_told() -> None:
    done = install("vscode")
    assert "is VS Code installed on this machine?" in done.stdout
    assert "MCP: List Servers" in done.stdout
    assert "alcf-mcp login" in done.stdout
    assert '"Are my Polaris jobs done?"' in done.stdout
    assert "alcf-mcp login" not in install("cursor", "--local").stdout


def test_a_second_run_says_that_nothing_changed_and_touches_nothing(home: Path) -> None:
    install("zed")
    path = home / ".config" / "zed" / "settings.json"
    before = path.stat()
    done = install("zed")
    assert done.stdout == f"Nothing to change: alcf is already in {path}.\n"
    after = path.stat()  # it may have been read
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )
    assert list(path.parent.iterdir()) == [path]


def test_a_change_tells_where_the_old_content_is(home: Path) -> None:
    path = home / ".claude.json"
    path.write_text('{"numStartups": 3}')
    done = install("claude-code")
    (backup,) = home.glob(".claude.json.before-alcf-mcp-*")
    assert f"The previous version is in {backup}" in done.stdout
    assert backup.read_text() == '{"numStartups": 3}'
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert "Changed alcf in Claude Code" in install("claude-code", "--local").stdout


def test_print_shows_the_entry_and_writes_nothing(home: Path) -> None:
    done = install("codex", "--print", "--name", "argonne", "--local")
    assert done.stdout == (
        f'[mcp_servers.argonne]\ncommand = "{SCRIPT}"\nargs = ["serve", "--facility", "local"]\n'
    )
    assert done.stderr == f"This would go into {home / '.codex' / 'config.toml'}. Nothing was written.\n"
    assert list(home.iterdir()) == []


def test_print_helps_where_the_file_can_not_be_changed(home: Path) -> None:
    (home / "mcp.json").write_text("{")
    done = install("generic", "--print")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["mcpServers"]["alcf"]["args"] == ["serve"]
    assert "It was left unchanged" in done.stderr


def test_remove_takes_the_entry_out(home: Path) -> None:
    path = home / "mcp.json"
    path.write_text('{\n  "mcpServers": {\n    "git": {"command": "git"}\n  }\n}\n')
    install("generic")
    assert "would be removed" in install("generic", "--remove", "--print").stderr
    done = install("generic", "--remove")
    assert f"Removed alcf from your client: {path}" in done.stdout
    assert path.read_text() == '{\n  "mcpServers": {\n    "git": {"command": "git"}\n  }\n}\n'
    assert install("generic", "--remove").stdout == f"Nothing to change: alcf is not in {path}.\n"


def test_no_token_is_written_or_shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALCF_MCP_ACCESS_TOKEN", TOKEN)
    done = install("cursor")
    assert "ALCF_MCP_ACCESS_TOKEN was not written" in done.stderr
    path = home / ".cursor" / "mcp.json"
    assert "TOKEN" not in path.read_text()
    env = f'"args": [], "env": {{"ALCF_MCP_ACCESS_TOKEN": "{TOKEN}"}}'
    path.write_text(f'{{"mcpServers": {{"alcf": {{"command": "/old/alcf-mcp", {env}}}}}}}')
    for arguments in (["--print"], [], ["--remove"]):
        done = install("cursor", *arguments)
        assert TOKEN not in done.stdout + done.stderr
    assert TOKEN not in path.read_text()


def test_a_token_that_stands_in_the_entry_is_warned_of(home: Path) -> None:
    path = home / "mcp.json"
    env = f'"env": {{"ALCF_MCP_ACCESS_TOKEN": "{TOKEN}"}}'
    path.write_text(f'{{"mcpServers": {{"alcf": {{"command": "/old/alcf-mcp", {env}}}}}}}')
    assert "This entry contains an access token" in install("generic").stderr
    assert "This entry contains an access token" in install("generic").stderr


def test_a_broken_or_read_only_file_is_one_sentence_and_status_1(home: Path) -> None:
    path = home / ".gemini" / "settings.json"
    path.parent.mkdir()
    path.write_text('{\n  "theme": "x",\n}\n')
    done = install("gemini")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.startswith(
        f"alcf-mcp install: {path} is not JSON with comments that Gemini CLI can read: "
    )
    assert "line 3, column 1" in done.stderr
    path.write_text("{}")
    path.chmod(0o400)
    assert "read-only" in install("gemini").stderr
    assert path.read_text() == "{}"


def test_without_a_client_it_shows_where_each_is(home: Path) -> None:
    install("codex", "--name", "argonne")
    (home / ".claude.json").write_text("{")
    lines = {line.split()[0]: line for line in install().stdout.splitlines()}
    assert lines["codex"].split()[1:] == ["as", "argonne", str(home / ".codex" / "config.toml")]
    assert "damaged" in lines["claude-code"]
    assert "no file" in lines["zed"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["emacs"], "Choose from claude-desktop"), (["codex", "--name", "a.b"], "Use letters, digits")],
)
def test_a_client_or_name_that_there_is_not_is_one_sentence(arguments: list[str], said: str) -> None:
    done = install(*arguments, "--print")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
