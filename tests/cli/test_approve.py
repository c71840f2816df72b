"""``alcf-mcp approve``: the user types a code in a terminal; nothing else approves."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from alcf_mcp.journal import Journal

CALL = "the digest of a call"


@pytest.fixture
async def code(journal: Journal) -> str:
    return await journal.approvals.ask(
        CALL, "terminal", tool="chmod", client="test\x1b[2J", preview="/eagle/x: 750 -> 777\nChange the mode?"
    )


def in_a_terminal(state: Path, typed: str) -> str:
    """Run the command in a terminal, type a line, and return what the terminal showed."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "alcf_mcp", "approve", "--facility", "local", "--state-dir", str(state)]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, close_fds=True):
        os.close(slave)
        os.write(master, f"{typed}\n".encode())
        shown = b""
        while True:
            try:
                part = os.read(master, 4096)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
    os.close(master)
    return shown.decode()


@pytest.mark.parametrize("typed", ["", "yes", "00000000"])
async def test_only_the_code_approves(tmp_path: Path, journal: Journal, code: str, typed: str) -> None:
    assert "Not approved" in in_a_terminal(tmp_path, typed)
    assert not await journal.approvals.redeem_approval(CALL)


async def test_the_preview_is_shown_and_the_code_approves_one_call(
    tmp_path: Path, journal: Journal, code: str
) -> None:
    shown = in_a_terminal(tmp_path, code)
    assert "/eagle/x: 750 -> 777" in shown
    assert "\x1b[2J" not in shown
    assert "Approved" in shown
    assert await journal.approvals.redeem_approval(CALL)
    assert not await journal.approvals.redeem_approval(CALL)


def test_nothing_waits(tmp_path: Path) -> None:
    assert "Nothing is waiting" in in_a_terminal(tmp_path, "")


async def test_without_a_terminal_nothing_is_approved(tmp_path: Path, journal: Journal, code: str) -> None:
    command = [
        sys.executable,
        "-m",
        "alcf_mcp",
        "approve",
        "--facility",
        "local",
        "--state-dir",
        str(tmp_path),
    ]
    done = subprocess.run(command, input=f"{code}\n", capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs a terminal" in done.stderr
    assert code not in done.stdout
    assert not await journal.approvals.redeem_approval(CALL)
