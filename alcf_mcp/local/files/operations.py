"""The table of filesystem operations, and how one is carried out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alcf_mcp.local.files import alcf_words, archives, arguments, changing, reading
from alcf_mcp.local.files.disk import Disk, OperationFailed


@dataclass(frozen=True, slots=True)
class FileOperation:
    """A filesystem operation.

    Attributes:
        command: its name, in the path and in its tasks.
        method: HTTP method.
        arguments: the model of its arguments.
        run: the function that carries it out.
        complaint: the words with which its command reports a path that it can't work with.
        at_alcf: whether ALCF implements it (ALCF's deployment of the API, 2026-08).
        accepted: status of the response that accepts it.
    """

    command: str
    method: str
    arguments: type[arguments.Arguments]
    run: Callable[[Disk, Any], Any]
    complaint: str
    at_alcf: bool = False
    accepted: int = 200


_TABLE = (
    FileOperation("ls", "GET", arguments.List, reading.ls, "cannot access", at_alcf=True),
    FileOperation("head", "GET", arguments.Head, reading.head, "cannot open", at_alcf=True),
    FileOperation("view", "GET", arguments.View, reading.view, "cannot open", at_alcf=True),
    FileOperation("tail", "GET", arguments.Tail, reading.tail, "cannot open"),
    FileOperation("stat", "GET", arguments.Stat, reading.stat, "cannot stat"),
    FileOperation("file", "GET", arguments.Arguments, reading.file_type, "cannot open"),
    FileOperation("checksum", "GET", arguments.Arguments, reading.checksum, "cannot open"),
    FileOperation("download", "GET", arguments.Arguments, reading.download, "cannot open"),
    FileOperation(
        "mkdir",
        "POST",
        arguments.MkdirArguments,
        changing.mkdir,
        "cannot create directory",
        at_alcf=True,
        accepted=201,
    ),
    FileOperation("rm", "DELETE", arguments.Arguments, changing.rm, "cannot remove", at_alcf=True),
    FileOperation("chmod", "PUT", arguments.ChmodArguments, changing.chmod, "cannot access", at_alcf=True),
    FileOperation(
        "chown", "PUT", arguments.ChownArguments, changing.chown, "changing ownership of", at_alcf=True
    ),
    FileOperation(
        "symlink",
        "POST",
        arguments.SymlinkArguments,
        changing.symlink,
        "cannot create symbolic link",
        accepted=201,
    ),
    FileOperation("cp", "POST", arguments.CopyArguments, changing.cp, "cannot copy", accepted=201),
    FileOperation("mv", "POST", arguments.TwoPaths, changing.mv, "cannot move", accepted=201),
    FileOperation(
        "compress", "POST", arguments.CompressArguments, archives.compress, "cannot archive", accepted=201
    ),
    FileOperation(
        "extract", "POST", arguments.ExtractArguments, archives.extract, "cannot extract", accepted=201
    ),
    FileOperation("upload", "POST", arguments.Upload, changing.upload, "cannot write"),
)

OPERATIONS = {operation.command: operation for operation in _TABLE}


def perform(disk: Disk, command: str, args: dict[str, Any]) -> Any:
    """Carry out an operation.

    Args:
        disk: what the operation works on.
        command: which operation.
        args: its arguments, as dumped by its model.

    Returns:
        The operation's result, ready for JSON.

    Raises:
        OperationFailed: with the text that the facility reports.
    """
    operation = OPERATIONS[command]
    wanted = operation.arguments.model_validate(args, by_name=True)
    try:
        return operation.run(disk, wanted)
    except (OSError, ValueError) as error:
        raise OperationFailed(_complaint(disk, operation, wanted, error)) from None


def _complaint(
    disk: Disk, operation: FileOperation, wanted: arguments.Arguments, error: OSError | ValueError
) -> str:
    """What the facility says: ALCF its own words, any other what the command would print."""
    if isinstance(error, OSError) and not disk.full:
        return alcf_words.complaint(
            operation.command,
            wanted.path,
            error,
            parents=isinstance(wanted, arguments.MkdirArguments) and wanted.parent,
            username=disk.tree.username,
        )
    reason = error.strerror or os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
    return f"{operation.command}: {operation.complaint} '{wanted.path}': {reason}"
