"""Lays out the content of the MCP bundle: ``python packaging/mcpb/stage.py <directory>``.

The program that installs the bundle has uv, and creates an environment with the dependencies by itself. So
the bundle contains only our own code and the names of the dependencies.
"""

from __future__ import annotations

import json
import shutil
import sys
import tomllib
from pathlib import Path

import anyio
import tomlkit

from alcf_mcp.config import Settings
from alcf_mcp.server import build_server

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def stage(directory: Path) -> None:
    """Lay out the bundle in a directory, replacing what is there."""
    shutil.rmtree(directory, ignore_errors=True)
    not_ours = shutil.ignore_patterns("__pycache__", "prompts", ".*")
    shutil.copytree(ROOT / "alcf_mcp", directory / "alcf_mcp", ignore=not_ours)
    shutil.copytree(ROOT / "prompts", directory / "alcf_mcp" / "prompts")
    for file in (ROOT / "LICENSE", HERE / "server.py"):
        shutil.copy(file, directory)
    (directory / "pyproject.toml").write_text(_project(), encoding="utf-8")
    (directory / "manifest.json").write_text(anyio.run(_manifest), encoding="utf-8")


def _project() -> str:
    """The project without a build: uv installs its dependencies and runs it in place."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    kept = {name: project[name] for name in ("name", "requires-python", "dependencies")}
    return tomlkit.dumps({"project": kept | {"version": _source()["version"]}})


async def _manifest() -> str:
    """The manifest with the tools, which programs show before they install the bundle."""
    tools = await build_server(Settings.model_construct()).list_tools()
    shown = [{"name": tool.name, "description": tool.description} for tool in tools]
    return json.dumps(_source() | {"tools": shown}, indent=2, ensure_ascii=False) + "\n"


def _source() -> dict[str, object]:
    manifest: dict[str, object] = json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))
    return manifest


if __name__ == "__main__":
    stage(Path(sys.argv[1]))
