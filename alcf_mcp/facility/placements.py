"""What puts something at a path: copies, moves, links, archives and uploads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from alcf_mcp.facility.aftermath import PlaceIntent
from alcf_mcp.facility.aftermath.intents import Placing
from alcf_mcp.facility.archives import checked_pattern, compression_of
from alcf_mcp.facility.claims import Claims
from alcf_mcp.facility.file_changes import FileChanges
from alcf_mcp.facility.files import Starter
from alcf_mcp.facility.places import Place, Places, Transfer
from alcf_mcp.facility.rules import checked_path
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import Compress, Compression, Copy, Extract, MakeSymlink, Move

Seen = TypeVar("Seen", Place, Transfer)


class Placements:
    """Puts things at paths of one facility, for one call.

    A ``look_…`` looks anew each time; the change after it takes what it saw last. Every change returns the
    place, and raises what ``FileChanges.carry_out`` does, and ``InvalidCall`` for what can't be meant.
    """

    def __init__(self, iri: IRIClient, changes: FileChanges, claims: Claims) -> None:
        self._iri = iri
        self._changes = changes
        self._claims = claims
        self._places = Places(changes.files, changes.limits)
        self._seen: dict[tuple[str, ...], Place | Transfer] = {}

    async def look_at_copy(self, source: str, target: str) -> Transfer:
        """What a copy or a move would put where."""
        return await self._looked("cp", source, target, look=self._places.for_copy)

    async def look_at_archive(self, source: str, archive: str) -> Transfer:
        """What would be packed where."""
        return await self._looked("compress", source, archive, look=self._places.for_archive)

    async def look_at_content(self, archive: str, directory: str) -> Transfer:
        """What would be unpacked where."""
        return await self._looked("extract", archive, directory, look=self._places.for_content)

    async def look_at_file(self, path: str) -> Place:
        """Where a file would be written."""
        return await self._looked("upload", path, look=self._places.for_file)

    async def copy(self, source: str, target: str, *, dereference: bool = False) -> Place:
        """Copy a file or directory."""
        seen = self._seen.get(("cp", source, target)) or await self.look_at_copy(source, target)
        place, source = _parts(seen)
        body = Copy(path=source, target_path=place.path, dereference=dereference)
        return await self._put("cp", place, lambda fs, _: self._iri.cp(fs, body), source)

    async def move(self, source: str, target: str) -> Place:
        """Move or rename a file or directory."""
        seen = self._seen.get(("cp", source, target)) or await self.look_at_copy(source, target)
        place, source = _parts(seen)
        self._changes.limits.check_path(source)
        body = Move(path=source, target_path=place.path)
        return await self._put("mv", place, lambda fs, _: self._iri.mv(fs, body), source)

    async def symlink(self, points_to: str, link: str) -> Place:
        """Make a symbolic link; what it points to has to lie within the person's limits, too."""
        points_to = checked_path(points_to)
        self._changes.limits.check_path(points_to)
        place = await self._places.look(link)
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
        seen = self._seen.get(("compress", source, archive)) or await self.look_at_archive(source, archive)
        place, source = _parts(seen)
        body = Compress(
            path=source,
            target_path=place.path,
            match_pattern=checked_pattern(match_pattern),
            dereference=dereference,
            compression=compression_of(place.path, compression),
        )
        return await self._put("compress", place, lambda fs, _: self._iri.compress(fs, body), source)

    async def extract(self, archive: str, directory: str, *, compression: Compression | None = None) -> Place:
        """Unpack a tar archive into a directory, which is made if it is not there."""
        seen = self._seen.get(("extract", archive, directory))
        place, source = _parts(seen or await self.look_at_content(archive, directory))
        how = compression_of(source, compression)
        body = Extract(path=source, target_path=place.path, compression=how)
        return await self._put("extract", place, lambda fs, _: self._iri.extract(fs, body), source)

    async def upload(self, path: str, content: bytes) -> Place:
        """Write a small file."""
        place, _ = _parts(self._seen.get(("upload", path)) or await self.look_at_file(path))
        return await self._put("upload", place, lambda fs, path: self._iri.upload(fs, path, content))

    async def _looked(self, *what: str, look: Callable[..., Awaitable[Seen]]) -> Seen:
        seen = await look(*what[1:])
        self._seen[what] = seen
        return seen

    async def _put(self, how: Placing, place: Place, start: Starter, source: str = "") -> Place:
        intent = PlaceIntent(kind=how, path=place.path, source=source, was_free=place.is_free)
        with self._claims.claimed(place.path, place.seen_at):
            await self._changes.carry_out(intent, start)
        return place


def _parts(seen: Place | Transfer) -> tuple[Place, str]:
    return (seen.place, seen.source) if isinstance(seen, Transfer) else (seen, "")
