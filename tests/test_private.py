"""Only the user can access the server's files, from the first moment and whatever command comes first."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from alcf_mcp.private import make_private_directory, make_private_file

SCRIPT = Path(__file__).parents[1] / ".ci" / "run"
"""Any text will do."""

FIRST = [
    ("jobs", "--facility", "local"),
    ("history",),
    ("serve", "--facility", "local"),
    ("doctor", "--facility", "local"),
    ("submit", "{script}", "--facility", "local", "-A", "LocalDemo", "-q", "debug", "-d", "/eagle/LocalDemo"),
]


def run(state: Path, *command: str, largest_file: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own, with the usual umask."""

    def limit() -> None:
        os.umask(0o022)
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    environment = dict(os.environ)
    if largest_file is not None:  # a measurement of coverage would complain too
        environment.pop("COVERAGE_PROCESS_CONFIG", None)
    filled = [part.format(script=SCRIPT) for part in command]
    return subprocess.run(
        [sys.executable, "-B", "-m", "alcf_mcp", *filled, "--state-dir", str(state)],
        check=False,
        stdin=subprocess.DEVNULL,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=limit,
    )


def open_to_others(state: Path) -> list[str]:
    """Return what others on this machine could read or enter, except what the local facility's jobs have."""
    of_jobs = {"tree", "bin", "jobs"}
    paths = [state, *(path for path in state.rglob("*") if of_jobs.isdisjoint(path.parts))]
    return [
        str(path) for path in paths if stat.S_IMODE(path.lstat().st_mode) & 0o077 and not path.is_symlink()
    ]


@pytest.mark.parametrize("command", FIRST, ids=" ".join)
def test_whatever_comes_first(tmp_path: Path, command: tuple[str, ...]) -> None:
    state = tmp_path / "made" / "alcf-mcp"
    run(state, *command)
    if command != ("doctor", "--facility", "local"):  # it only checks
        assert state.is_dir()
    assert not state.exists() or not open_to_others(state)


@pytest.mark.parametrize(
    ("command", "trouble"),
    [
        (FIRST[0], "a file in the way"),
        (("local", "--port", "0"), "a file in the way"),
        (FIRST[-1], "a file in the way"),
        (FIRST[0], "no room"),
        (FIRST[1], "no room"),
        (FIRST[2], "no room"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_where_it_can_t_be_kept_one_sentence_says_so(
    tmp_path: Path, command: tuple[str, ...], trouble: str
) -> None:
    if trouble == "no room":
        done = run(tmp_path / "state", *command, largest_file=0)
    else:
        (tmp_path / "file").write_text("")
        done = run(tmp_path / "file" / "state", *command)
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("alcf-mcp: ")
    assert str(tmp_path) in line


def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path) -> None:
    ours, others = tmp_path / "alcf-mcp", tmp_path / "shared"
    for directory in (ours, others):
        directory.mkdir(mode=0o755)
        directory.chmod(0o755)
        make_private_directory(directory)
    assert stat.S_IMODE(ours.stat().st_mode) == 0o700
    assert stat.S_IMODE(others.stat().st_mode) == 0o755, "other things may be in it"
    file = ours / "file"
    file.write_text("kept")
    file.chmod(0o644)
    make_private_file(file)
    assert (stat.S_IMODE(file.stat().st_mode), file.read_text()) == (0o600, "kept")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such locks")
def test_the_locks_that_this_process_has_on_a_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    make_private_file(path)
    attempt = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        make_private_file(path)
        other = subprocess.run(
            [sys.executable, "-c", attempt, str(path)], capture_output=True, text=True, check=False
        )
    assert "database is locked" in other.stderr
