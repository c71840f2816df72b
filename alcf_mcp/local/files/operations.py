"""The filesystem operations in one table, and how one is carried out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alcf_mcp.local.files import archives, arguments, changing, reading
from alcf_mcp.local.files.disk import Disk, OperationFailed


@dataclass(frozen=True, slots=True)
class Operation:
    """A filesystem operation.

    Attributes:
        command: its name, in the path and in its tasks.
        method: HTTP method.
        arguments: what it takes.
        run: carries it out.
        complaint: how its command begins to speak of a path that it can't work with.
        at_alcf: whether ALCF implements it (ALCF's deployment of the API, 2026-08).
        accepted: status of the answer that it was accepted.
    """

    command: str
    method: str
    arguments: type[arguments.Arguments]
    run: Callable[[Disk, Any], Any]
    complaint: str
    at_alcf: bool = False
    accepted: int = 200


_TABLE = (
    Operation("ls", "GET", arguments.List, reading.ls, "cannot access", at_alcf=True),
    Operation("head", "GET", arguments.Head, reading.head, "cannot open", at_alcf=True),
    Operation("view", "GET", arguments.View, reading.view, "cannot open", at_alcf=True),
    Operation("tail", "GET", arguments.Tail, reading.tail, "cannot open"),
    Operation("stat", "GET", arguments.Stat, reading.stat, "cannot stat"),
    Operation("file", "GET", arguments.Arguments, reading.file_type, "cannot open"),
    Operation("checksum", "GET", arguments.Arguments, reading.checksum, "cannot open"),
    Operation("download", "GET", arguments.Arguments, reading.download, "cannot open"),
    Operation(
        "mkdir",
        "POST",
        arguments.MakeDirectory,
        changing.mkdir,
        "cannot create directory",
        at_alcf=True,
        accepted=201,
    ),
    Operation("rm", "DELETE", arguments.Arguments, changing.rm, "cannot remove", at_alcf=True),
    Operation("chmod", "PUT", arguments.ChangeMode, changing.chmod, "cannot access", at_alcf=True),
    Operation("chown", "PUT", arguments.ChangeOwner, changing.chown, "changing ownership of", at_alcf=True),
    Operation(
        "symlink",
        "POST",
        arguments.MakeSymlink,
        changing.symlink,
        "cannot create symbolic link",
        accepted=201,
    ),
    Operation("cp", "POST", arguments.Copy, changing.cp, "cannot copy", accepted=201),
    Operation("mv", "POST", arguments.TwoPaths, changing.mv, "cannot move", accepted=201),
    Operation("compress", "POST", arguments.Compress, archives.compress, "cannot archive", accepted=201),
    Operation("extract", "POST", arguments.Extract, archives.extract, "cannot extract", accepted=201),
    Operation("upload", "POST", arguments.Upload, changing.upload, "cannot write"),
)

OPERATIONS = {operation.command: operation for operation in _TABLE}


def perform(disk: Disk, command: str, args: dict[str, Any]) -> Any:
    """Carry out an operation.

    Args:
        disk: what it works on.
        command: which operation.
        args: its arguments, as its model dumped them.

    Returns:
        What the operation gives, fit for JSON.

    Raises:
        OperationFailed: with the text that the command would have written to standard error.
    """
    operation = OPERATIONS[command]
    wanted = operation.arguments.model_validate(args, by_name=True)
    try:
        return operation.run(disk, wanted)
    except OSError as error:
        reason = error.strerror or os.strerror(error.errno or 0)
        raise OperationFailed(f"{command}: {operation.complaint} '{wanted.path}': {reason}") from None
    except ValueError as error:
        raise OperationFailed(f"{command}: {operation.complaint} '{wanted.path}': {error}") from None
