"""``alcf-mcp history``: the changes made from here, for users and for programs."""

import json
import subprocess
import sys
from pathlib import Path

from tests.conftest import Connect


def history(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "alcf_mcp", "history", "--facility", "local", "--state-dir", str(state)]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


async def test_changes_are_shown_newest_first(connect: Connect, tmp_path: Path) -> None:
    async with connect(confirm="off") as assistant:
        await assistant.do("make_directory", path="/eagle/LocalDemo/x")
        await assistant.do("chmod", path="/eagle/LocalDemo/x", mode="700")
    table = history(tmp_path)
    assert table.returncode == 0
    assert "chmod(" in table.stdout
    assert table.stdout.index("chmod") < table.stdout.index("make_directory")
    lines = history(tmp_path, "--json", "--tool", "chmod").stdout.splitlines()
    (action,) = [json.loads(line) for line in lines]
    assert (action["outcome"], action["arguments"]["mode"]) == ("done", "700")
    assert history(tmp_path, "--since", "today", "--outcome", "failed").stdout == "No changes recorded.\n"


def test_a_time_that_is_none_is_one_clear_line(tmp_path: Path) -> None:
    done = history(tmp_path, "--since", "whenever")
    assert done.returncode == 2
    assert "'yesterday'" in done.stderr
