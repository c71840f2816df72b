"""Directories and files of the user's alone, and what is said where they can't be had."""

from __future__ import annotations

import os
from pathlib import Path


class StateError(Exception):
    """What the server keeps can't be read or written; the message is a sentence that says where and why."""


def make_private_directory(directory: Path) -> None:
    """Make a directory that nobody else can enter, and those above it that are missing likewise.

    One that bears the server's own name, and that an earlier version left open, is closed. Any other that is
    there keeps its mode: other things may be in it.

    Raises:
        OSError: it can't be made, or something else is there.
    """
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
    directory.mkdir(exist_ok=True)  # raises where a file is
    if directory.name == "alcf-mcp" and _is_open(directory):
        directory.chmod(0o700)


def make_private_file(path: Path) -> None:
    """Make an empty file that nobody else can read, or close one that is there.

    Raises:
        OSError: it can't be made.
    """
    os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
    if _is_open(path):
        path.chmod(0o600)


def _is_open(path: Path) -> bool:
    """Whether the user owns it, and others may do anything with it."""
    status = path.stat()
    return os.name == "posix" and status.st_uid == os.getuid() and bool(status.st_mode & 0o077)
