"""Operations on tar archives: compress, extract."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import PurePosixPath
from typing import Literal

from alcf_mcp.local.files import arguments as args
from alcf_mcp.local.files.disk import Disk, OperationFailed

_WRITE: dict[str, Literal["w:", "w:gz", "w:bz2", "w:xz"]] = {
    "none": "w:",
    "gzip": "w:gz",
    "bzip2": "w:bz2",
    "xz": "w:xz",
}
_READ: dict[str, Literal["r:", "r:gz", "r:bz2", "r:xz"]] = {
    "none": "r:",
    "gzip": "r:gz",
    "bzip2": "r:bz2",
    "xz": "r:xz",
}

MATCHING_SECONDS = 5.0

_MATCH = """
import json, re, sys
pattern, names = json.load(sys.stdin)
json.dump([name for name in names if re.search(pattern, name)], sys.stdout)
"""


def compress(disk: Disk, wanted: args.CompressArguments) -> str:
    """Put a file or directory into an archive, under its own name."""
    source = disk.locate(wanted.path)
    archive = disk.tree.locate(wanted.target_path)
    members = [
        (PurePosixPath(source.name) / relative, place)
        for relative, place in disk.walk(wanted.path, dereference=wanted.dereference)
        if place != archive
    ]
    chosen = _matching(wanted.match_pattern, [name.name for name, _ in members])
    with tarfile.open(archive, _WRITE[wanted.compression]) as tar:
        for name, place in members:
            if name.name in chosen:
                tar.add(place, str(name), recursive=False)
    return f"Archive {wanted.target_path} created."


def _matching(pattern: str | None, names: list[str]) -> set[str]:
    """The names that match a pattern, found by a process that can be ended: some patterns take for ever.

    Raises:
        OperationFailed: the pattern is not a valid one, or takes too long.
    """
    if not pattern:
        return set(names)
    command = [sys.executable, "-I", "-c", _MATCH]
    try:
        found = subprocess.run(  # noqa: S603 - a program of ours
            command,
            check=False,
            input=json.dumps([pattern, names]),
            capture_output=True,
            text=True,
            timeout=MATCHING_SECONDS,
        )
        return set(json.loads(found.stdout))
    except (subprocess.TimeoutExpired, ValueError):
        raise OperationFailed(f"compress: the pattern '{pattern}' is not valid, or takes too long") from None


def extract(disk: Disk, wanted: args.ExtractArguments) -> str:
    """Unpack an archive into a directory, which is made if it is not there."""
    archive = disk.locate(wanted.path)
    target = disk.tree.locate(wanted.target_path)
    target.mkdir(parents=True, exist_ok=True)
    try:
        with closing(tarfile.open(archive, _READ[wanted.compression])) as tar:
            _unpack(tar, disk, wanted)
    except (tarfile.TarError, EOFError) as error:
        raise OperationFailed(f"extract: '{wanted.path}': {error}") from None
    return f"Archive {wanted.path} extracted into {wanted.target_path}."


def _unpack(tar: tarfile.TarFile, disk: Disk, wanted: args.ExtractArguments) -> None:
    """Unpack each member at its own place in the facility's tree, which reads links by itself.

    Raises:
        OperationFailed: a member is of another kind, or leads out of the directory.
    """
    for member in tar:
        name = PurePosixPath(member.name)
        known = member.isreg() or member.isdir() or member.issym() or member.islnk()
        if not known or _leads_out(name) or (member.issym() and _leads_out(name.parent / member.linkname)):
            raise OperationFailed(f"extract: '{wanted.path}': '{member.name}' leads out of the directory")
        place = disk.tree.locate(f"{wanted.target_path}/{name}", follow=not member.issym())
        if member.isdir():
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if member.issym():
            place.unlink(missing_ok=True)
            place.symlink_to(member.linkname)
        elif content := tar.extractfile(member):
            with content, place.open("wb") as file:
                shutil.copyfileobj(content, file)
            place.chmod(member.mode & 0o755)


def _leads_out(path: PurePosixPath) -> bool:
    return path.is_absolute() or os.path.normpath(path).startswith("..")
