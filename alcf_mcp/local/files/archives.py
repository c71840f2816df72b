"""Operations on tar archives: compress, extract."""

from __future__ import annotations

import re
import tarfile
from contextlib import closing
from pathlib import Path, PurePosixPath
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


def compress(disk: Disk, wanted: args.CompressArguments) -> str:
    """Put a file or directory into an archive, under its own name."""
    source = disk.locate(wanted.path)
    archive = disk.tree.locate(wanted.target_path)
    pattern = re.compile(wanted.match_pattern or "")
    members = [
        (PurePosixPath(source.name) / relative, place)
        for relative, place in disk.walk(wanted.path, dereference=wanted.dereference)
        if place != archive
    ]
    with tarfile.open(archive, _WRITE[wanted.compression]) as tar:
        for name, place in members:
            if pattern.search(name.name):
                tar.add(place, str(name), recursive=False)
    return f"Archive {wanted.target_path} created."


def extract(disk: Disk, wanted: args.ExtractArguments) -> str:
    """Unpack an archive into a directory, which is made if it is not there."""
    archive = disk.locate(wanted.path)
    target = disk.tree.locate(wanted.target_path)
    target.mkdir(parents=True, exist_ok=True)
    try:
        with closing(tarfile.open(archive, _READ[wanted.compression])) as tar:
            _unpack(tar, target)
    except (tarfile.TarError, EOFError) as error:
        raise OperationFailed(f"extract: '{wanted.path}': {error}") from None
    return f"Archive {wanted.path} extracted into {wanted.target_path}."


def _unpack(tar: tarfile.TarFile, target: Path) -> None:
    # The data filter refuses whatever would land, or lead, outside of the target.
    tar.extractall(target, filter="data")
