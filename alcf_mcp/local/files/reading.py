"""Operations that only read: ls, head, tail, view, stat, file, checksum, download."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from alcf_mcp.local.files import alcf_words
from alcf_mcp.local.files import arguments as args
from alcf_mcp.local.files.disk import Disk, OperationFailed
from alcf_mcp.local.files.entries import entry

MAX_RESULT_BYTES = 9_961_472  # 9.5 MiB (ALCF's deployment of the API, 2026-04)


def ls(disk: Disk, wanted: args.List) -> list[dict[str, Any]]:
    """List a directory, or return the single entry of anything else. Entries are in no particular order."""
    place = disk.locate(wanted.path)
    if not place.is_dir():
        return [entry(place, place.name, numeric=wanted.numeric_uid)]
    return _directory(disk, wanted, place, "")


def _directory(disk: Disk, wanted: args.List, place: Path, prefix: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    try:
        names = os.listdir(place)  # noqa: PTH208 - only names are needed
    except PermissionError:
        return entries  # an unreadable directory looks empty
    for name in names:
        if name.startswith(".") and not wanted.show_hidden:
            continue
        inner = place / name
        is_link = inner.is_symlink()
        if is_link and not disk.full:
            continue
        shown = disk.locate(f"{wanted.path}/{prefix}{name}", follow=wanted.dereference) if is_link else inner
        try:
            entries.append(entry(shown, prefix + name, numeric=wanted.numeric_uid))
        except OSError:
            break  # an entry that can't be read cuts the list off
        if wanted.recursive and not is_link and inner.is_dir():
            entries += _directory(disk, wanted, inner, f"{prefix}{name}/")
    return entries


def head(disk: Disk, wanted: args.Head) -> dict[str, Any]:
    """A file's first lines or bytes, or all but its last."""
    with _regular_file(disk, wanted.path).open("rb") as file:
        if wanted.lines is None:
            number = wanted.file_bytes or 0
            size = os.fstat(file.fileno()).st_size
            return _bytes(file.read(max(size - number, 0) if wanted.skip_trailing else number), 0)
        if wanted.skip_trailing:
            lines = file.readlines()
            return _lines(lines[: max(len(lines) - wanted.lines, 0)], 0)
        return _lines(islice(file, wanted.lines), 0)


def tail(disk: Disk, wanted: args.Tail) -> dict[str, Any]:
    """A file's last lines or bytes, or all but its first."""
    with _regular_file(disk, wanted.path).open("rb") as file:
        if wanted.lines is None:
            number = wanted.file_bytes or 0
            size = os.fstat(file.fileno()).st_size
            start = min(number, size) if wanted.skip_heading else max(size - number, 0)
            file.seek(start)
            return _bytes(file.read(), start)
        lines = file.readlines()
        start = min(wanted.lines, len(lines)) if wanted.skip_heading else max(len(lines) - wanted.lines, 0)
        return _lines(lines[start:], start)


def view(disk: Disk, wanted: args.View) -> dict[str, Any]:
    """A window of a file, as text; a character that the window cuts appears as U+FFFD."""
    with _regular_file(disk, wanted.path).open("rb") as file:
        file.seek(wanted.offset)
        return _bytes(file.read(wanted.size), wanted.offset)


def stat(disk: Disk, wanted: args.Stat) -> dict[str, Any]:
    """The inode's data: times in seconds since the epoch, size in bytes."""
    status = disk.locate(wanted.path, follow=wanted.dereference).lstat()
    return {
        "mode": status.st_mode,
        "ino": status.st_ino,
        "dev": status.st_dev,
        "nlink": status.st_nlink,
        "uid": status.st_uid,
        "gid": status.st_gid,
        "size": status.st_size,
        "atime": int(status.st_atime),
        "ctime": int(status.st_ctime),
        "mtime": int(status.st_mtime),
    }


def file_type(disk: Disk, wanted: args.Arguments) -> str:
    """The kind of a file as ``file`` would name it, judged by its first bytes."""
    place = disk.locate(wanted.path)
    if place.is_dir():
        return "directory"
    with _regular_file(disk, wanted.path).open("rb") as file:
        start = file.read(4096)
    return _kind(start)


def checksum(disk: Disk, wanted: args.Arguments) -> dict[str, str]:
    """A file's SHA-256."""
    with _regular_file(disk, wanted.path).open("rb") as file:
        return {"algorithm": "SHA-256", "checksum": hashlib.file_digest(file, "sha256").hexdigest()}


def download(disk: Disk, wanted: args.Arguments) -> str:
    """A small file's content: text as it is, anything else in base64."""
    place = _regular_file(disk, wanted.path)
    if place.stat().st_size > args.MAX_VIEW_BYTES:
        raise OperationFailed(f"download: '{wanted.path}' is larger than {args.MAX_VIEW_BYTES} bytes")
    data = place.read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError:
        return base64.b64encode(data).decode()


def _regular_file(disk: Disk, path: str) -> Path:
    # Opening a FIFO would wait for a writer.
    place = disk.locate(path)
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not place.is_file():
        raise OSError(errno.EINVAL, "Not a regular file", path)
    return place


def _bytes(data: bytes, start: int) -> dict[str, Any]:
    return _excerpt(data, "bytes", start, start + len(data))


def _lines(lines: Iterable[bytes], start: int) -> dict[str, Any]:
    data = b"".join(lines)
    # ALCF also counts the empty piece after the last newline: a request for ten lines of a three-line
    # file ends at position 4 (its deployment of the API, 2026-08).
    return _excerpt(data, "lines", start, start + data.count(b"\n") + 1)


def _excerpt(data: bytes, unit: str, start: int, end: int) -> dict[str, Any]:
    if len(data) > MAX_RESULT_BYTES:
        raise OperationFailed(alcf_words.TOO_LARGE)
    return {
        "content": data.decode("utf-8", errors="replace"),
        "content_type": unit,
        "start_position": start,
        "end_position": end,
    }


_MAGIC = {
    b"\x7fELF": "ELF executable",
    b"\x1f\x8b": "gzip compressed data",
    b"BZh": "bzip2 compressed data",
    b"\xfd7zXZ\x00": "XZ compressed data",
    b"PK\x03\x04": "Zip archive data",
    b"%PDF": "PDF document",
    b"\x89PNG": "PNG image data",
    b"\x89HDF": "Hierarchical Data Format (version 5) data",
}


def _kind(start: bytes) -> str:
    if not start:
        return "empty"
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            return kind
    if start.startswith(b"#!"):
        interpreter = start[2:].partition(b"\n")[0].strip().decode(errors="replace")
        return f"{interpreter} script, text executable"
    if b"\x00" in start:
        return "data"
    return "ASCII text" if start.isascii() else "Unicode text, UTF-8 text"
