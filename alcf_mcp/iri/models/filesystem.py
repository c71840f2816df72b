"""Filesystem requests, and the results of finished filesystem tasks."""

from __future__ import annotations

import stat
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from alcf_mcp.iri.models.base import Incoming, Lenient, Outgoing, Timestamp, names_zone

_TYPES = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}

Compression = Literal["none", "bzip2", "gzip", "xz"]


class MakeDirectory(Outgoing):
    """Body of ``mkdir``; ``parent`` also makes the missing directories above it."""

    path: str
    parent: bool = False


class ChangeMode(Outgoing):
    """Body of ``chmod``; ``mode`` in octal digits, as text."""

    path: str
    mode: str


class ChangeOwner(Outgoing):
    """Body of ``chown``; an empty name leaves that part unchanged."""

    path: str
    owner: str = ""
    group: str = ""


class MakeSymlink(Outgoing):
    """Body of ``symlink``: a link at ``link_path`` that points to ``path``."""

    path: str
    link_path: str


class Copy(Outgoing):
    """Body of ``cp``."""

    path: str
    target_path: str
    dereference: bool = False


class Move(Outgoing):
    """Body of ``mv``."""

    path: str
    target_path: str


class Compress(Outgoing):
    """Body of ``compress``: packs ``path`` into an archive at ``target_path``."""

    path: str
    target_path: str
    match_pattern: str | None = None
    dereference: bool = False
    compression: Compression = "gzip"


class Extract(Outgoing):
    """Body of ``extract``: unpacks the archive ``path`` into ``target_path``."""

    path: str
    target_path: str
    compression: Compression = "gzip"


UNKNOWN_ZONE = timedelta(hours=14)
"""The most by which a local time differs from UTC."""


class File(Incoming):
    """A directory entry; ``size`` in bytes (sent as text).

    ``has_zone`` tells whether ``last_modified`` was sent with a time zone; without one it is taken as UTC.
    """

    name: str
    type: str = ""
    link_target: str = ""
    user: str = ""
    group: str = ""
    permissions: str = ""
    last_modified: Timestamp = None
    has_zone: bool = True
    size: Annotated[int | None, Lenient] = None

    @model_validator(mode="before")
    @classmethod
    def _note_zone(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return data | {"has_zone": names_zone(data.get("last_modified"))}

    @property
    def modified_between(self) -> tuple[datetime, datetime] | None:
        """The earliest and the latest time at which it may have been last modified; ``None`` if unknown."""
        if self.last_modified is None:
            return None
        off = timedelta(0) if self.has_zone else UNKNOWN_ZONE
        try:
            return self.last_modified - off, self.last_modified + off
        except OverflowError:
            return None

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory, however a deployment says so."""
        letter = self.permissions[0] if len(self.permissions) > 9 else ""
        return self.type.lower() in ("directory", "dir", "d", "folder") or letter == "d"

    @property
    def is_file(self) -> bool:
        """Whether it is certainly a regular file."""
        letter = self.permissions[0] if len(self.permissions) > 9 else "-"
        return (
            not self.is_directory and self.type.lower() in ("file", "regular", "f", "-", "") and letter == "-"
        )


class FileStat(Incoming):
    """What ``stat`` reports about a file or directory; ``size`` in bytes, owner and group as numbers."""

    mode: Annotated[int | None, Lenient] = None
    size: Annotated[int | None, Lenient] = None
    uid: Annotated[int | None, Lenient] = None
    gid: Annotated[int | None, Lenient] = None
    nlink: Annotated[int | None, Lenient] = None
    ino: Annotated[int | None, Lenient] = None
    atime: Timestamp = None
    mtime: Timestamp = None
    ctime: Timestamp = None

    @property
    def type(self) -> str | None:
        """The type that the mode gives; ``None`` if the mode gives none."""
        return _TYPES.get(stat.S_IFMT(self.mode)) if self.mode and 0 < self.mode < 2**32 else None

    @property
    def permissions(self) -> str | None:
        """Its permissions in octal."""
        return None if self.mode is None or self.mode < 0 else f"{stat.S_IMODE(self.mode % 2**32):03o}"


class Checksum(Incoming):
    """A file's checksum, and how it was computed."""

    checksum: str = ""
    algorithm: str = ""


class FileContent(Incoming):
    """Part of a file as text; positions count in ``content_type`` (``lines`` or ``bytes``)."""

    content: str = ""
    content_type: str = Field(default="", description="lines or bytes")
    start_position: Annotated[int | None, Lenient] = None
    end_position: Annotated[int | None, Lenient] = None
