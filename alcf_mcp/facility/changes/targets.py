"""Where something is to be put: what is there, and whether it can be put there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from alcf_mcp.facility.changes.limits import Limits
from alcf_mcp.facility.files.reading import Files
from alcf_mcp.facility.paths import RemotePath, refuse_root
from alcf_mcp.iri.errors import InvalidCall, LookAt
from alcf_mcp.iri.models import Compression, FileStat


@dataclass(frozen=True)
class Target:
    """A path where something is to be put, and what is there; ``None`` is nothing."""

    path: RemotePath
    there: FileStat | None
    seen_at: float = field(default_factory=monotonic)

    @property
    def is_free(self) -> bool:
        """Whether nothing is there."""
        return self.there is None


@dataclass(frozen=True)
class Transfer:
    """A file or directory, and the place where it, or what is made of it, is to be."""

    source: RemotePath
    what: FileStat
    place: Target


class Targets:
    """Looks at places of one facility, for one call; what is looked at is looked at anew each time."""

    def __init__(self, files: Files, limits: Limits) -> None:
        self._files = files
        self._limits = limits

    async def look(self, path: RemotePath) -> Target:
        """See what is at a path that may be changed."""
        self._limits.check_place(path)
        return Target(path, await self._files.stat_if_there(path))

    async def for_file(self, path: RemotePath) -> Target:
        """See what is at a path where a file is to be: nothing, or a file.

        Raises:
            InvalidCall: something else is there.
        """
        return _takes_file(await self.look(path))

    async def for_copy(self, source: RemotePath, target: RemotePath) -> Transfer:
        """See what is to be copied or moved, and the place where it comes to stand.

        A directory named as the target means a place in it, as with ``cp`` and ``mv``.

        Raises:
            InvalidCall: there is no source, or it can't be put there.
        """
        refuse_root(source)
        self._limits.check_place(target)
        _check_apart(source, target)
        what = await self._there(source)
        place = await self.look(target)
        if place.there and place.there.type == "directory":
            target = target / source.name
            _check_apart(source, target)
            place = await self.look(target)
        _takes_file(place)
        if place.there and what.type == "directory":
            raise InvalidCall(
                f"{place.path!r} is a file; a directory can't take its place", hint="Name another target."
            )
        await self._check_other_file(source, what, place)
        return Transfer(source, what, place)

    async def for_archive(self, source: RemotePath, archive: RemotePath) -> Transfer:
        """See what is to be packed, and the place of its archive.

        Raises:
            InvalidCall: there is no source, or the archive can't be there.
        """
        self._limits.check_place(archive)
        _check_same_filesystem(source, archive)
        what = await self._there(source)
        place = await self.for_file(archive)
        if place.there and place.path.is_within(source):
            raise InvalidCall(
                f"{place.path!r} is, or lies in, what is to be packed", hint="Name another archive."
            )
        await self._check_other_file(source, what, place)
        return Transfer(source, what, place)

    async def for_content(self, archive: RemotePath, directory: RemotePath) -> Transfer:
        """See an archive, and the directory that it is to be unpacked into.

        Raises:
            InvalidCall: there is no archive, or something else than a directory.
        """
        _check_same_filesystem(archive, directory)
        place = await self.look(directory)
        what = await self._there(archive)
        if place.there and place.there.type != "directory":
            raise InvalidCall(f"{place.path!r} is there and is no directory", hint="Name a directory.")
        return Transfer(archive, what, place)

    async def _there(self, path: RemotePath) -> FileStat:
        what = await self._files.stat_if_there(path)
        if what is None:
            raise InvalidCall(f"There is no {path!r}", look_at=LookAt("directory", path.parent or path))
        return what

    async def _check_other_file(self, source: RemotePath, what: FileStat, place: Target) -> None:
        """Refuse to put a file over itself, whatever names and links lead to it."""
        if place.there is None or place.there.ino is None:
            return
        followed = what if what.type != "link" else await self._files.stat_if_there(source, dereference=True)
        if place.there.ino in (what.ino, followed and followed.ino):
            raise InvalidCall(
                f"{source!r} and {place.path!r} are one and the same file", hint="Name another target."
            )


def _takes_file(place: Target) -> Target:
    if place.there is None or place.there.type == "file":
        return place
    if place.there.type == "directory":
        raise InvalidCall(f"{place.path!r} is a directory", hint="Name a file in it.")
    raise InvalidCall(
        f"{place.path!r} is there and is no plain file ({place.there.type or 'its type is not told'})",
        hint="Name another target, or what a link points to.",
    )


def _check_apart(source: RemotePath, target: RemotePath) -> None:
    _check_same_filesystem(source, target)
    if target.is_within(source):
        raise InvalidCall(f"{target!r} is {source!r} itself, or lies within it", hint="Name another target.")


def _check_same_filesystem(source: RemotePath, target: RemotePath) -> None:
    if source.filesystem != target.filesystem:
        raise InvalidCall(
            f"{source!r} and {target!r} lie on different filesystems",
            hint="The facility does this within one; cp in a job's script copies between them.",
        )


class PathClaims:
    """The paths at which this process puts something, or has; all calls share them."""

    def __init__(self) -> None:
        self._under_way: set[str] = set()
        self._ended: dict[str, float] = {}

    @contextmanager
    def claimed(self, place: str, seen_at: float) -> Iterator[None]:
        """Around what puts something at a place, or changes something.

        Args:
            place: a canonical path, or another name that only one call may change at a time.
            seen_at: when it was seen what is there, by ``time.monotonic``.

        Raises:
            InvalidCall: another call does so too, or has since.
        """
        if place in self._under_way or self._ended.get(place, 0.0) > seen_at:
            raise InvalidCall(
                f"Another call has just changed {place!r}, or put something there",
                hint="Check that this is still wanted, and call again: the user is then asked.",
            )
        self._under_way.add(place)
        try:
            yield
        finally:
            self._under_way.remove(place)
            self._ended[place] = monotonic()


_COMPRESSIONS: dict[str, Compression] = {
    ".tar": "none",
    ".tar.gz": "gzip",
    ".tgz": "gzip",
    ".tar.bz2": "bzip2",
    ".tbz2": "bzip2",
    ".tar.xz": "xz",
    ".txz": "xz",
}


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


LONGEST_PATTERN = 200
"""Characters."""


def checked_pattern(pattern: str | None) -> str | None:
    """Return a pattern that names have to match.

    Raises:
        InvalidCall: it is no regular expression.
    """
    try:
        if len(pattern or "") > LONGEST_PATTERN:
            raise re.error(f"it has more than {LONGEST_PATTERN} characters")
        re.compile(pattern or "")
    except (re.error, OverflowError, RecursionError) as error:
        raise InvalidCall(
            f"{(pattern or '')[:40]!r} is not a valid regular expression ({error})",
            hint=r"'\.log$' matches what ends in .log.",
        ) from None
    return pattern
