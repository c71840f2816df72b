"""How ALCF's functions say that a file operation failed.

They never pass on the words of the operating system (ALCF's deployment of the API, 2026-04).
"""

from __future__ import annotations

import errno

from alcf_mcp.local.tree import OutsideTree

_OUTSIDE = """\
Input validation error: 1 validation error for InputData
path
  Value error, Resolved path must stay under one of: /eagle, /lus/eagle, /home/{username}. \
[type=value_error, input_value='{path}', input_type=str]
    For further information visit https://errors.pydantic.dev/2.11/v/value_error"""

_LISTED_LINK = "Target path is a symlink and cannot be listed."
UNKNOWN_OWNER = "Could not resolve user or group."
TOO_LARGE = "Content exceeded 9.5 MB limit."


def complaint(command: str, path: str, error: OSError, *, parents: bool, username: str) -> str:
    """What ALCF's function for a command says about a path.

    Args:
        command: the operation.
        path: its path.
        error: what the operating system said.
        parents: whether ``mkdir`` was to make the directories above, too.
        username: the user of the facility.
    """
    if isinstance(error, OutsideTree):
        return _OUTSIDE.format(path=path, username=username)
    if error.errno == errno.ELOOP:
        return _LISTED_LINK if command == "ls" else "Symlink targets are not allowed."
    if command == "mkdir":
        return _not_made(path, error, parents=parents)
    return _not_usable(command, path, error)


def _not_usable(command: str, path: str, error: OSError) -> str:
    is_opened = command in ("head", "view")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return f"File {path} does not exist." if is_opened else f"Path does not exist: {path}"
    if error.errno == errno.EISDIR:
        return f"Path is not a file: {path}"
    if error.errno == errno.EINVAL:
        return "Expected a regular file, got something else."
    if is_opened:
        return f"Could not open file {path}."
    return f"Could not ls path {path}." if command == "ls" else _not_executed(command, path)


def _not_made(path: str, error: OSError, *, parents: bool) -> str:
    if error.errno == errno.EEXIST:
        return f"Path {path} already exists."
    if not parents:
        return f"Could not create directory {path}. Maybe try with parent=True?"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return f"Parent path {path.rpartition('/')[0]} does not exist."
    return _not_executed("mkdir", path)


def _not_executed(command: str, path: str) -> str:
    return f"Could not execute {command} command on file {path}."
