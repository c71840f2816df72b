"""What puts something at a path: copies, moves, links, archives and uploads.

A directory named as the target of a copy or a move means a place in it, as with ``cp`` and ``mv``. What is at
the place is looked at with ``stat``, which follows no link: nothing is put where a directory or a link is, as
it would then land elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from alcf_mcp.facility.aftermath import PlaceIntent
from alcf_mcp.facility.aftermath.intents import Placing
from alcf_mcp.facility.file_changes import FileChanges
from alcf_mcp.facility.files import Starter
from alcf_mcp.facility.rules import canonical, checked_path, filesystem_name, removable
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import Compress, Compression, Copy, Extract, FileStat, MakeSymlink, Move

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
    """A path where something is to be put, and what is there; ``None`` is nothing."""

    path: str
    there: FileStat | None

    @property
    def is_free(self) -> bool:
        """Whether nothing is there."""
        return self.there is None


@dataclass(frozen=True)
class Transfer:
    """A file or directory, and the place where it, or a copy of it, is to be."""

    source: str
    what: FileStat
    place: Place


class Placements:
    """Puts things at paths of one facility, for one call.

    What looks, looks anew each time; what changes something takes the last look. Every change returns the
    place, and raises what ``FileChanges.carry_out`` does, and ``InvalidCall`` for what can't be meant.
    """

    def __init__(self, iri: IRIClient, changes: FileChanges) -> None:
        self._iri = iri
        self._changes = changes
        self._places: dict[str, Place] = {}
        self._transfers: dict[tuple[str, str], Transfer] = {}

    async def look(self, path: str) -> Place:
        """See what is at a path."""
        path = checked_path(path)
        self._changes.limits.check_path(path)
        self._places[path] = Place(path, await self._changes.files.stat_if_there(path))
        return self._places[path]

    async def look_for_file(self, path: str) -> Place:
        """See what is at a path where a file is to be: nothing, or a file.

        Raises:
            InvalidCall: something else is there.
        """
        place = await self.look(path)
        if place.there is None or place.there.type == "file":
            return place
        if place.there.type == "directory":
            raise InvalidCall(f"{place.path!r} is a directory", hint="Name a file in it.")
        raise InvalidCall(
            f"{place.path!r} is there and is no plain file ({place.there.type or 'its type is not told'})",
            hint="Name another target, or what a link points to.",
        )

    async def look_for_directory(self, path: str) -> Place:
        """See what is at a path where a directory is to be: nothing, or a directory.

        Raises:
            InvalidCall: something else is there.
        """
        place = await self.look(path)
        if place.there is None or place.there.type == "directory":
            return place
        raise InvalidCall(f"{place.path!r} is there and is no directory", hint="Name a directory.")

    async def look_at(self, source: str, target: str) -> Transfer:
        """See what is to be copied or moved, and the place where it comes to stand.

        Raises:
            InvalidCall: there is no source, or it can't be put there.
        """
        path = removable(source)
        what = await self._changes.files.stat_if_there(path)
        if what is None:
            raise InvalidCall(f"There is no {path!r}", hint="list_directory shows what there is.")
        into = await self._changes.files.stat_if_there(checked_path(target))
        is_directory = into is not None and into.type == "directory"
        place = await self.look_for_file(f"{target}/{path.rpartition('/')[2]}" if is_directory else target)
        _check_apart(path, place.path)
        if place.there and what.type == "directory":
            raise InvalidCall(
                f"{place.path!r} is a file; a directory can't take its place", hint="Name another target."
            )
        self._transfers[source, target] = Transfer(path, what, place)
        return self._transfers[source, target]

    async def copy(self, source: str, target: str, *, dereference: bool = False) -> Place:
        """Copy a file or directory."""
        transfer = self._transfers.get((source, target)) or await self.look_at(source, target)
        body = Copy(path=transfer.source, target_path=transfer.place.path, dereference=dereference)
        return await self._put("cp", transfer.place, lambda fs, _: self._iri.cp(fs, body), body.path)

    async def move(self, source: str, target: str) -> Place:
        """Move or rename a file or directory."""
        transfer = self._transfers.get((source, target)) or await self.look_at(source, target)
        self._changes.limits.check_path(transfer.source)
        body = Move(path=transfer.source, target_path=transfer.place.path)
        return await self._put("mv", transfer.place, lambda fs, _: self._iri.mv(fs, body), body.path)

    async def symlink(self, points_to: str, link: str) -> Place:
        """Make a symbolic link; what it points to has to lie within the person's limits, too."""
        points_to = checked_path(points_to)
        self._changes.limits.check_path(points_to)
        place = await self.look(link)
        if not place.is_free:
            raise InvalidCall(f"{place.path!r} is there already", hint="Name another link.")
        body = MakeSymlink(path=points_to, link_path=place.path)
        return await self._put("symlink", place, lambda fs, _: self._iri.symlink(fs, body), points_to)

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
        place = self._places.get(checked_path(archive)) or await self.look_for_file(archive)
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
        place = self._places.get(checked_path(directory)) or await self.look_for_directory(directory)
        source = checked_path(archive)
        body = Extract(path=source, target_path=place.path, compression=compression_of(source, compression))
        return await self._put("extract", place, lambda fs, _: self._iri.extract(fs, body), source)

    async def upload(self, path: str, content: bytes) -> Place:
        """Write a small file."""
        place = self._places.get(checked_path(path)) or await self.look_for_file(path)
        return await self._put("upload", place, lambda fs, path: self._iri.upload(fs, path, content))

    async def _put(self, how: Placing, place: Place, start: Starter, source: str = "") -> Place:
        if source:
            _check_same_filesystem(source, place.path)
        intent = PlaceIntent(kind=how, path=place.path, source=source, was_free=place.is_free)
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


def check_archive(source: str, archive: str, compression: Compression | None) -> None:
    """Check what is to be packed into an archive.

    Raises:
        InvalidCall: it is the archive itself, or lies elsewhere, or how to compress it is not known.
    """
    compression_of(archive, compression)
    _check_same_filesystem(source, archive)
    if canonical(source) == canonical(archive):
        raise InvalidCall(f"{source!r} is the archive itself", hint="Name another archive.")


def _check_apart(source: str, target: str) -> None:
    _check_same_filesystem(source, target)
    if f"{canonical(target)}/".startswith(f"{canonical(source)}/"):
        raise InvalidCall(f"{target!r} is {source!r} itself, or lies within it", hint="Name another target.")


def _check_same_filesystem(source: str, target: str) -> None:
    if filesystem_name(source) != filesystem_name(target):
        raise InvalidCall(
            f"{source!r} and {target!r} lie on different filesystems",
            hint="The facility does this within one; cp in a job's script copies between them.",
        )
