"""A home directory for the test, and a program in it to run."""

from pathlib import Path

import pytest

from alcf_mcp.install import Launcher


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, with no environment variable that moves the clients' files."""
    for name in (
        "XDG_CONFIG_HOME",
        "FLATPAK_XDG_CONFIG_HOME",
        "CODEX_HOME",
        "CLAUDE_CONFIG_DIR",
        "GEMINI_CLI_HOME",
    ):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture
def program(home: Path) -> Path:
    """Stands for the installed command."""
    program = home / "bin" / "alcf-mcp"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def launcher(program: Path) -> Launcher:
    return Launcher(str(program))
