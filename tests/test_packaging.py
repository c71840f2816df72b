"""What is packed names the version, the settings and the tools that there are."""

import json
import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from alcf_mcp import __version__
from alcf_mcp.cli import app
from alcf_mcp.config import Settings, load_settings
from alcf_mcp.tools.listed_tool import offered

ROOT = Path(__file__).parent.parent
BUNDLE = ROOT / "packaging" / "mcpb"
MANIFEST: dict[str, Any] = json.loads((BUNDLE / "manifest.json").read_text(encoding="utf-8"))
SERVER: dict[str, Any] = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))


def test_all_name_the_same_version() -> None:
    (package,) = SERVER["packages"]
    assert {MANIFEST["version"], SERVER["version"], package["version"]} == {__version__}


def test_the_readme_clones_from_where_the_project_says_it_lives() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"git clone {project['urls']['Repository']} " in readme


def test_the_readme_has_every_command_in_its_table() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## In the terminal")[2].partition("## Settings")[0]
    rows = " ".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    named = {word for code in re.findall(r"`([^`]*)`", rows) for word in code.split()}
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}  # type: ignore[union-attr]
    assert commands | {"auth"} <= named


def test_the_bundle_asks_for_settings_that_there_are_with_their_defaults() -> None:
    passed = MANIFEST["server"]["mcp_config"]["env"]
    asked = MANIFEST["user_config"]
    assert passed == {f"ALCF_MCP_{name.upper()}": f"${{user_config.{name}}}" for name in asked}
    defaults = {name: option["default"] for name, option in asked.items() if "default" in option}
    assert defaults == {name: Settings.model_fields[name].default for name in defaults}
    assert asked["access_token"]["sensitive"]
    assert not asked["access_token"]["required"]


def test_the_registry_is_told_of_settings_that_there_are_with_their_defaults() -> None:
    for variable in SERVER["packages"][0]["environmentVariables"]:
        name = variable["name"].removeprefix("ALCF_MCP_").lower()
        default = Settings.model_fields[name].default
        if "default" in variable:
            assert variable["default"] == (
                f"{default:g}" if name == "ask_node_hours" else str(default).lower()
            )
        assert variable.get("isSecret", False) == (name == "access_token")


def test_the_registrys_limits_hold() -> None:
    assert len(SERVER["description"]) <= 100
    assert SERVER["name"].count("/") == 1
    label = f'io.modelcontextprotocol.server.name="{SERVER["name"]}"'
    assert label in (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    """The bundle as it is packed."""
    runpy.run_path(str(BUNDLE / "stage.py"))["stage"](tmp_path / "bundle")
    return tmp_path / "bundle"


def test_the_bundle_holds_what_it_needs(staged: Path) -> None:
    manifest = json.loads((staged / "manifest.json").read_text(encoding="utf-8"))
    assert {tool["name"] for tool in manifest["tools"]} == {tool.name for tool in offered(load_settings())}
    project = tomllib.loads((staged / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (project["dependencies"], project["version"]) == (own["dependencies"], __version__)
    assert (staged / "alcf_mcp" / "prompts" / "check-my-jobs.md").exists()
    assert not list(staged.rglob("__pycache__"))


def test_the_bundle_starts_with_settings_left_blank(staged: Path) -> None:
    blank = {"ALCF_MCP_ALLOWED_PATHS": "", "ALCF_MCP_MAX_NODE_HOURS_PER_DAY": "${user_config.max_node_hours}"}
    environment = {**os.environ, **blank, "PYTHONPATH": str(staged), "ALCF_MCP_STATE_DIR": str(staged)}
    ran = subprocess.run(
        [sys.executable, staged / "server.py"], input=b"", env=environment, capture_output=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
