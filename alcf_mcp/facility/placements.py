"""What puts something at a path: copies, moves, links, archives and uploads.

A directory named as the target of a copy or a move means a place in it, as with ``cp`` and ``mv``. The
facility is always sent the very path, so that it and the person mean the same place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alcf_mcp.facility.aftermath import PlaceIntent
from alcf_mcp.facility.file_changes import FileChanges
from alcf_mcp.facility.files import Starter
from alcf_mcp.facility.rules import checked_path, filesystem_name, removable
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import Compress, Compression, Copy, Extract, File, MakeSymlink, Move

_COMPRESSIONS: dict[str, Compression] = {
    ".tar": "none",
    ".tar.gz": "gzip",
    ".tgz": "gzip",
    ".tar.bz2": "bzip2",
    ".tbz2": "bzip2",
    ".tar.xz": "xz",
    ".txz": "xz",
}


@dataclass(frozen=True)
class Place:
    """Where something is to be put.

    Attributes:
        path: the very path.
        entry: what is there now, as far as that is told.
        is_free: whether surely nothing is.
    """

    path: str
    entry: File | None
    is_free: bool


class Placements:
    """Puts things at paths of one facility, for one call.

    Every method returns where it put something, and raises what ``FileChanges.carry_out`` does, and
    ``InvalidCall`` for paths that can't be meant.
    """

    def __init__(self, iri: IRIClient, changes: FileChanges) -> None:
        self._iri = iri
        self._changes = changes
        self._places: dict[str, Place] = {}

    async def place(self, target: str) -> Place:
        """What this call sees at a path."""
        path = checked_path(target)
        if path not in self._places:
            is_free = await self._changes.files.is_missing(path)
            entry = None if is_free else await self._changes.files.entry(path)
            self._places[path] = Place(path, entry, is_free)
        return self._places[path]

    async def beside(self, source: str, target: str) -> Place:
        """Where a copy of something comes to stand: at a path, or in the directory that is there."""
        source = removable(source)
        place = await self.place(target)
        _check_same_filesystem(source, place.path)
        if place.entry and place.entry.is_directory and place.path != source:
            place = await self.place(f"{place.path}/{source.rpartition('/')[2]}")
        if place.path == source or place.path.startswith(source + "/"):
            raise InvalidCall(
                f"{place.path!r} is {source!r} itself, or lies within it", hint="Name another target."
            )
        return place

    async def copy(self, source: str, target: str, *, dereference: bool = False) -> Place:
        """Copy a file or directory."""
        place = await self.beside(source, target)
        body = Copy(path=checked_path(source), target_path=place.path, dereference=dereference)
        return await self._put("cp", place, lambda fs, _: self._iri.cp(fs, body), body.path)

    async def move(self, source: str, target: str) -> Place:
        """Move or rename a file or directory."""
        place = await self.beside(source, target)
        body = Move(path=checked_path(source), target_path=place.path)
        self._changes.limits.check_path(body.path)
        return await self._put("mv", place, lambda fs, _: self._iri.mv(fs, body), body.path)

    async def symlink(self, points_to: str, link: str) -> Place:
        """Make a symbolic link."""
        place = await self.place(link)
        body = MakeSymlink(path=checked_path(points_to), link_path=place.path)
        return await self._put("symlink", place, lambda fs, _: self._iri.symlink(fs, body), body.path)

    async def compress(
        self,
        source: str,
        archive: str,
        *,
        compression: Compression | None = None,
        match_pattern: str | None = None,
        dereference: bool = False,
    ) -> Place:
        """Put a file or directory into a tar archive."""
        place = await self.file_place(archive)
        _check_same_filesystem(checked_path(source), place.path)
        body = Compress(
            path=checked_path(source),
            target_path=place.path,
            match_pattern=match_pattern,
            dereference=dereference,
            compression=compression_of(place.path, compression),
        )
        return await self._put("compress", place, lambda fs, _: self._iri.compress(fs, body), body.path)

    async def extract(self, archive: str, directory: str, *, compression: Compression | None = None) -> Place:
        """Unpack a tar archive into a directory, which is made if it is not there."""
        place = await self.place(directory)
        source = checked_path(archive)
        _check_same_filesystem(source, place.path)
        body = Extract(path=source, target_path=place.path, compression=compression_of(source, compression))
        return await self._put("extract", place, lambda fs, _: self._iri.extract(fs, body), source)

    async def upload(self, path: str, content: bytes) -> Place:
        """Write a small file."""
        place = await self.file_place(path)
        return await self._put("upload", place, lambda fs, path: self._iri.upload(fs, path, content))

    async def file_place(self, path: str) -> Place:
        """A place for a file, where no directory is.

        Raises:
            InvalidCall: there is one.
        """
        place = await self.place(path)
        if place.entry and place.entry.is_directory:
            raise InvalidCall(f"{place.path!r} is a directory", hint="Name a file in it.")
        return place

    async def _put(
        self,
        kind: Literal["cp", "mv", "symlink", "compress", "extract", "upload"],
        place: Place,
        start: Starter,
        source: str = "",
    ) -> Place:
        intent = PlaceIntent(kind=kind, path=place.path, source=source, free=place.is_free)
        await self._changes.carry_out(intent, start)
        return place


def compression_of(archive: str, named: Compression | None) -> Compression:
    """How an archive is compressed: as named, or as the ending of its name says.

    Raises:
        InvalidCall: neither tells.
    """
    ending = next((end for end in _COMPRESSIONS if archive.lower().endswith(end)), None)
    if named is None and ending is None:
        raise InvalidCall(
            f"The name of {archive!r} does not tell how it is compressed",
            hint=f"Give `compression`, or a name that ends in one of {', '.join(_COMPRESSIONS)}.",
        )
    return named or _COMPRESSIONS[ending or ".tar"]


def _check_same_filesystem(source: str, target: str) -> None:
    if filesystem_name(source) != filesystem_name(target):
        raise InvalidCall(
            f"{source!r} and {target!r} lie on different filesystems",
            hint="The facility does this within one; cp in a job's script copies between them.",
        )
