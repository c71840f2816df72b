"""Directories and files that only the user can access, and the error for when they can't be used."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from alcf_mcp.system import is_open_to_others


class StateError(Exception):
    """The server's own files can't be read or written; the message is a sentence that says where and why."""


def make_private_directory(directory: Path) -> None:
    """Make a directory that nobody else can enter, and any missing parents likewise.

    An existing directory with the server's own name that an earlier version left open is closed. Any other
    existing directory keeps its mode: it may contain other things.

    Raises:
        OSError: the directory can't be made, or something else is in its place.
    """
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
    directory.mkdir(exist_ok=True)  # raises if it is a file
    if directory.name == "alcf-mcp" and is_open_to_others(directory.stat()):
        directory.chmod(0o700)


def make_private_file(path: Path) -> None:
    """Make an empty file that nobody else can read, or close an existing one to others.

    Raises:
        OSError: the file can't be made.
    """
    # One that exists is not opened: closing it again would drop all locks that this process has on it, those
    # of SQLite too (POSIX), and without them other processes may spoil the file.
    if not path.exists():
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    if is_open_to_others(path.stat()):
        path.chmod(0o600)


def kept_secret(path: Path, make: Callable[[], str]) -> tuple[str, bool]:
    """Return the secret that a private file keeps, made if there is none, and whether it was made just now.

    Raises:
        OSError: the file can't be read or written.
        UnicodeDecodeError: it holds something else.
    """
    make_private_directory(path.parent)
    make_private_file(path)
    kept = path.read_text(encoding="ascii").strip()
    if kept:
        return kept, False
    made = make()
    path.write_text(f"{made}\n", encoding="ascii")
    return made, True
