"""Commands that read open the facility themselves: no server, no MCP SDK, no sign-in library."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import served

NOT_LOADED = {"mcp", "globus_sdk", "uvicorn", "starlette", "alcf_mcp.server", "alcf_mcp.tools.compute"}

LOADED = """
import atexit, sys
atexit.register(lambda: print("loaded:", *sys.modules, file=sys.stderr))
from alcf_mcp.cli import main
main()
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("jobs",),
        ("machine", "polaris"),
        ("jobs", "--all", "--json"),
        ("job", "1"),
        ("wait", "1"),
        ("output", "1"),
        ("projects",),
        ("history",),
        ("ls", "/eagle/LocalDemo"),
        ("cat", "/eagle/LocalDemo/nothing"),
        ("tail", "/eagle/LocalDemo/nothing"),
    ],
    ids=" ".join,
)
def test_commands_that_read_load_no_server(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with served(tmp_path) as terminal:
        command = [sys.executable, "-c", LOADED, *arguments, "--state-dir", str(terminal.state)]
        done = subprocess.run(command, env=terminal.environment, capture_output=True, text=True, check=False)
    said, _, loaded = done.stderr.partition("loaded: ")
    assert "Traceback" not in said
    assert {"alcf_mcp.cli"} <= set(loaded.split())
    assert not NOT_LOADED & set(loaded.split())
