"""Operations that put something at a path: copies, moves, links, archives and uploads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from alcf_mcp.facility.changes.intents import PlaceIntent, Placing
from alcf_mcp.facility.changes.limits import Limits
from alcf_mcp.facility.changes.recorder import Recorder
from alcf_mcp.facility.changes.targets import (
    PathClaims,
    Target,
    Targets,
    Transfer,
    checked_pattern,
    compression_of,
)
from alcf_mcp.facility.files.reading import Files, Starter
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.iri.models import Compress, Compression, Copy, Extract, MakeSymlink, Move

Seen = TypeVar("Seen", Target, Transfer)


class Placements:
    """Puts things at paths of one facility, for one call.

    A ``look_at_…`` method checks afresh each time; the change that follows uses its last result. Every change
    returns the target, and raises what ``Recorder.change_path`` does, and ``InvalidCall`` for a request that
    makes no sense.
    """

    def __init__(
        self, iri: IRIClient, files: Files, recorder: Recorder, limits: Limits, claims: PathClaims
    ) -> None:
        self._iri = iri
        self._recorder = recorder
        self._limits = limits
        self._claims = claims
        self._places = Targets(files, limits)
        self._seen: dict[tuple[object, tuple[RemotePath, ...]], Any] = {}

    async def look_at_copy(self, source: RemotePath, target: RemotePath) -> Transfer:
        """What a copy or move would put, and where."""
        return await self._look(self._places.for_copy, source, target)

    async def look_at_archive(self, source: RemotePath, archive: RemotePath) -> Transfer:
        """What would be packed, and where."""
        return await self._look(self._places.for_archive, source, archive)

    async def look_at_content(self, archive: RemotePath, directory: RemotePath) -> Transfer:
        """What would be unpacked, and where."""
        return await self._look(self._places.for_content, archive, directory)

    async def look_at_file(self, path: RemotePath) -> Target:
        """Where a file would be written."""
        return await self._look(self._places.for_file, path)

    async def copy(self, source: RemotePath, target: RemotePath, *, dereference: bool = False) -> Target:
        """Copy a file or directory."""
        seen = await self._last(self._places.for_copy, source, target)
        body = Copy(path=seen.source, target_path=seen.place.path, dereference=dereference)
        return await self._put("cp", seen.place, lambda fs, _: self._iri.cp(fs, body), seen.source)

    async def move(self, source: RemotePath, target: RemotePath) -> Target:
        """Move or rename a file or directory."""
        seen = await self._last(self._places.for_copy, source, target)
        self._limits.check_change(seen.source)
        body = Move(path=seen.source, target_path=seen.place.path)
        return await self._put("mv", seen.place, lambda fs, _: self._iri.mv(fs, body), seen.source)

    async def symlink(self, points_to: RemotePath, link: RemotePath) -> Target:
        """Make a symbolic link; what it points to must also be within the user's limits."""
        self._limits.check_place(points_to)
        place = await self._places.look(link)
        if not place.is_free:
            raise InvalidCall(f"{place.path!r} already exists", hint="Give the link another path.")
        body = MakeSymlink(path=points_to, link_path=place.path)
        return await self._put("symlink", place, lambda fs, _: self._iri.symlink(fs, body), points_to)

    async def compress(
        self,
        source: RemotePath,
        archive: RemotePath,
        *,
        compression: Compression | None = None,
        match_pattern: str | None = None,
        dereference: bool = False,
    ) -> Target:
        """Put a file or directory into a tar archive."""
        seen = await self._last(self._places.for_archive, source, archive)
        body = Compress(
            path=seen.source,
            target_path=seen.place.path,
            match_pattern=checked_pattern(match_pattern),
            dereference=dereference,
            compression=compression_of(seen.place.path, compression),
        )
        return await self._put(
            "compress", seen.place, lambda fs, _: self._iri.compress(fs, body), seen.source
        )

    async def extract(
        self, archive: RemotePath, directory: RemotePath, *, compression: Compression | None = None
    ) -> Target:
        """Unpack a tar archive into a directory, which is made if it is missing."""
        seen = await self._last(self._places.for_content, archive, directory)
        how = compression_of(seen.source, compression)
        body = Extract(path=seen.source, target_path=seen.place.path, compression=how)
        return await self._put("extract", seen.place, lambda fs, _: self._iri.extract(fs, body), seen.source)

    async def upload(self, path: RemotePath, content: bytes) -> Target:
        """Write a small file."""
        place = await self._last(self._places.for_file, path)
        return await self._put("upload", place, lambda fs, path: self._iri.upload(fs, path, content))

    async def _look(self, at: Callable[..., Awaitable[Seen]], *paths: RemotePath) -> Seen:
        seen = self._seen[at, paths] = await at(*paths)
        return seen

    async def _last(self, at: Callable[..., Awaitable[Seen]], *paths: RemotePath) -> Seen:
        """The last result of a check in this call, or that of a new check."""
        seen: Seen | None = self._seen.get((at, paths))
        return seen or await self._look(at, *paths)

    async def _put(
        self, how: Placing, place: Target, start: Starter, source: RemotePath | None = None
    ) -> Target:
        intent = PlaceIntent(kind=how, path=place.path, source=source, was_free=place.is_free)
        with self._claims.claimed(place.path.canonical, place.seen_at):
            await self._recorder.change_path(intent, start)
        return place
