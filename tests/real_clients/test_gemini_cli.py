"""Gemini CLI."""

import json

import pytest

from tests.real_clients.home import Home
from tests.real_clients.install import node_program

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("node")]


def test_it_connects_to_what_is_installed(home: Home) -> None:
    mine = {"privacy": {"usageStatisticsEnabled": False}}
    settings = home.path / ".gemini" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(json.dumps(mine))
    home.install("gemini")
    listed = home.run(node_program("gemini"), "mcp", "list")
    (line,) = [line for line in (listed.stdout + listed.stderr).splitlines() if " alcf: " in line]
    assert line.endswith("(stdio) - Connected")
    assert mine.items() <= json.loads(settings.read_text()).items()
