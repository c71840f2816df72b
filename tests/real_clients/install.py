"""Installs the tested clients from their registries: ``python -m tests.real_clients.install``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable
from pathlib import Path

_Installer = Callable[[Path, dict[str, str]], None]

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "build" / "clients"
NODE = PLACE / "npm"
UV_TOOLS = PLACE / "uv-tools"

NODE_PACKAGES = {
    "@anthropic-ai/claude-code": "2.1.197",
    "@google/gemini-cli": "0.61.0",
    "@langchain/core": "1.4.0",
    "@langchain/google-genai": "2.3.2",
    "@modelcontextprotocol/client": "2.3.1",
    "@modelcontextprotocol/inspector": "2.12.0",
    "@modelcontextprotocol/sdk": "1.32.2",
    "@openai/codex": "0.169.0",
}
PYTHON_PACKAGES = {"mcp": "1.30.0", "fastmcp": "4.2.3", "uv": "0.13.9"}
"""Each in its own environment: none works with the SDK of another."""


def main() -> None:
    """Install what is missing, in the versions above."""
    for package, version in PYTHON_PACKAGES.items():
        _once(PLACE / package, {package: version}, _install_python)
    _once(UV_TOOLS, _server(), _install_server)
    if shutil.which("npm"):
        _once(NODE, NODE_PACKAGES, _install_node)
    else:
        _say("npm is not installed: the clients that run on Node.js are not tested")


def node_program(name: str) -> Path:
    """Where a program of an npm package is."""
    return NODE / "node_modules" / ".bin" / name


def python_of(package: str) -> Path:
    """The Python that has a package."""
    return PLACE / package / "bin" / "python"


def is_installed(place: Path) -> bool:
    """Whether the packages of a place are installed in the versions above."""
    wanted = _wanted(place)
    note = place / "installed.json"
    return note.exists() and json.loads(note.read_text()) == wanted


def _wanted(place: Path) -> dict[str, str]:
    if place == NODE:
        return NODE_PACKAGES
    return _server() if place == UV_TOOLS else {place.name: PYTHON_PACKAGES[place.name]}


def _once(place: Path, packages: dict[str, str], install: _Installer) -> None:
    # The note is written last, so that an interrupted installation starts over.
    if is_installed(place):
        return
    _say(f"installing {', '.join(packages)} in {place} (once) …")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    install(place, packages)
    (place / "installed.json").write_text(json.dumps(packages))


def _install_node(place: Path, packages: dict[str, str]) -> None:
    (place / "package.json").write_text(json.dumps({"private": True, "dependencies": packages}))
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=place, check=True)


def _install_python(place: Path, packages: dict[str, str]) -> None:
    venv.create(place, with_pip=True)
    wanted = [f"{package}=={version}" for package, version in packages.items()]
    pip: list[str | Path] = [
        python_of(place.name),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
    ]
    subprocess.run([*pip, *wanted], check=True)


def _server() -> dict[str, str]:
    """This project with its dependencies: its code is used where it is, but they are installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {project["name"]: ", ".join(project["dependencies"])}


def _install_server(place: Path, packages: dict[str, str]) -> None:
    """Install this project as users of uv do, so that ``uvx alcf-mcp`` runs it."""
    where = {"UV_TOOL_DIR": str(place), "UV_TOOL_BIN_DIR": str(place / "bin")}
    uv = python_of("uv").with_name("uv")
    options = ["--quiet", "--python", sys.executable, "--editable", str(ROOT)]
    subprocess.run([uv, "tool", "install", *options], env={**os.environ, **where}, check=True)


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")


if __name__ == "__main__":
    main()
