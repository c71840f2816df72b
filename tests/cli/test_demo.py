"""``alcf-mcp demo`` walks a newcomer through the core workflow, and fails when a step does."""

import subprocess
import sys


def test_the_demo_does_what_it_shows() -> None:
    command = [sys.executable, "-m", "alcf_mcp", "demo"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for shown in ("on 2 nodes", "rank 3 of 4 is here", "The server asks you", "(640)", "Cancel job", "Done."):
        assert shown in done.stdout
