"""Tools that inspect a file: its inode, its kind, its checksum, and all of a small one."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated

from pydantic import Field

from alcf_mcp.facility.files.parts import FilePart
from alcf_mcp.iri import task_results
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import FileStat
from alcf_mcp.reports.content import MOST_SHOWN, fenced
from alcf_mcp.reports.facts import Result
from alcf_mcp.reports.text import clock, one_line, size
from alcf_mcp.tools.arguments import Path
from alcf_mcp.tools.context import AtFacility
from alcf_mcp.tools.file_results import rendered_window
from alcf_mcp.tools.tool import tool

LARGEST_BINARY = 49_152
"""Bytes; in base64, they take as many characters as are shown of a text."""


class PathStat(Result):
    """What the filesystem knows about a path; ``size`` in bytes, ``mode`` in octal, owners as numbers."""

    path: str
    type: str | None = None
    mode: str | None = None
    size: int | None = None
    uid: int | None = None
    gid: int | None = None
    links: int | None = None
    inode: int | None = None
    accessed: datetime | None = None
    modified: datetime | None = None
    status_changed: datetime | None = None

    @classmethod
    def of(cls, path: str, known: FileStat) -> PathStat:
        """Make it from the facility's data."""
        return cls(
            path=path,
            type=known.type,
            mode=known.permissions,
            size=known.size,
            uid=known.uid,
            gid=known.gid,
            links=known.nlink,
            inode=known.ino,
            accessed=known.atime,
            modified=known.mtime,
            status_changed=known.ctime,
        )

    def text(self) -> str:
        """One fact per line."""
        facts = (
            self.type and f"a {self.type}",
            self.mode and f"mode {self.mode}",
            self.size is not None and f"size {size(self.size)}",
            self.uid is not None and f"owner {self.uid}",
            self.gid is not None and f"group {self.gid}",
            self.links is not None and f"{self.links} hard links",
            self.inode is not None and f"inode {self.inode}",
            self.accessed and f"accessed {clock(self.accessed)}",
            self.modified and f"modified {clock(self.modified)}",
            self.status_changed and f"status changed {clock(self.status_changed)}",
        )
        return "\n".join((self.path, *(f"  {fact}" for fact in facts if fact)))


@tool("Show a path's inode")
async def stat_path(
    facility: AtFacility,
    path: Path,
    dereference: Annotated[bool, Field(description="Follow a link to its target")] = False,
) -> PathStat:
    """Show what stat reports about a path: mode, size, owner ids, hard links, inode, last access and change.

    list_directory shows the owner's name, and works at ALCF.
    """
    return PathStat.of(path, await facility.files.stat(path, dereference=dereference))


class FileKind(Result):
    """The kind of a file."""

    path: str
    kind: str

    def text(self) -> str:
        """One line."""
        return f"{self.path}: {self.kind}"


@tool("Show a file's kind")
async def file_type(facility: AtFacility, path: Path) -> FileKind:
    """Show what a file is by its content: text, HDF5, ELF executable, gzip."""
    task = await facility.files.resolve(path, facility.iri.file_type)
    return FileKind(path=path, kind=one_line(task_results.text(task)) or "not reported")


class FileChecksum(Result):
    """A file's checksum, in hexadecimal digits."""

    path: str
    checksum: str
    algorithm: str | None = None

    def text(self) -> str:
        """The checksum as checksum programs print it."""
        return f"{self.checksum}  {self.path}" + (f"  ({self.algorithm})" if self.algorithm else "")


@tool("Compute a checksum")
async def checksum_file(facility: AtFacility, path: Path) -> FileChecksum:
    """Compute a file's checksum (SHA-256), to compare two files or verify a transfer."""
    task = await facility.files.resolve(path, facility.iri.checksum)
    known = task_results.checksum(task)
    return FileChecksum(path=path, checksum=known.checksum, algorithm=one_line(known.algorithm) or None)


@tool("Get a whole small file")
async def download_file(facility: AtFacility, path: Path) -> str:
    """Get a whole small file, such as a picture: up to 64 kB of text, or 48 kB of anything else, in base64.

    view_file reads large texts.
    """
    total = (await facility.files.stat(path, dereference=True)).size
    if total is None or total > MOST_SHOWN:
        raise InvalidCall(
            f"{path!r} is too large to read whole ({size(total)})",
            hint="view_file reads a text in parts; Globus transfers anything.",
        )
    content = await facility.files.download(path)
    if not _is_base64(content, of_bytes=total):
        end = len(content.encode())
        return rendered_window(FilePart(path, content, 0, end, end), exact=True)
    if total > LARGEST_BINARY:
        raise InvalidCall(
            f"{path!r} is not text, and too large to show in base64 ({size(total)})",
            hint="Globus transfers it; checksum_file verifies the transfer.",
        )
    return f"{path}: all {total} bytes, in base64\n{fenced(content)}"


def _is_base64(content: str, *, of_bytes: int) -> bool:
    """Whether a text is the base64 of a file's bytes; the file's own text has as many bytes as the file."""
    if len(content.encode()) == of_bytes:
        return False
    try:
        return len(base64.b64decode(content, validate=True)) == of_bytes
    except ValueError:
        return False
