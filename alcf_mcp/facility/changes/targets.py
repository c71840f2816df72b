"""Check the paths where something is to be put: what is there, and whether it can be put there."""

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
    """A path where something is to be put, and what is there now; ``None`` if nothing is."""

    path: RemotePath
    there: FileStat | None
    seen_at: float = field(default_factory=monotonic)

    @property
    def is_free(self) -> bool:
        """Whether nothing is there."""
        return self.there is None


@dataclass(frozen=True)
class Transfer:
    """A source, and the target where it, or what is made from it, is to be put."""

    source: RemotePath
    what: FileStat
    place: Target


class Targets:
    """Checks paths of one facility, for one call; every check is made afresh."""

    def __init__(self, files: Files, limits: Limits) -> None:
        self._files = files
        self._limits = limits

    async def look(self, path: RemotePath) -> Target:
        """Check what is at a path, if the limits allow it as a target."""
        self._limits.check_place(path)
        return Target(path, await self._files.stat_if_there(path))

    async def for_file(self, path: RemotePath) -> Target:
        """Check that a path can be the target of a file: there is nothing yet, or a file.

        Raises:
            InvalidCall: something else is there.
        """
        return _takes_file(await self.look(path))

    async def for_copy(self, source: RemotePath, target: RemotePath) -> Transfer:
        """Check the source of a copy or move, and the path where it will end up.

        If the target is a directory, the source goes into it, as with ``cp`` and ``mv``.

        Raises:
            InvalidCall: the source does not exist, or can't be put there.
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
        """Check what is to be packed, and the path of its archive.

        Raises:
            InvalidCall: the source does not exist, or the archive can't be put there.
        """
        self._limits.check_place(archive)
        _check_same_filesystem(source, archive)
        what = await self._there(source)
        place = await self.for_file(archive)
        if place.there and place.path.is_within(source):
            raise InvalidCall(
                f"{place.path!r} is, or lies in, what is to be packed", hint="Give the archive another path."
            )
        await self._check_other_file(source, what, place)
        return Transfer(source, what, place)

    async def for_content(self, archive: RemotePath, directory: RemotePath) -> Transfer:
        """Check an archive, and the directory that it is to be unpacked into.

        Raises:
            InvalidCall: the archive does not exist, or the target is not a directory.
        """
        _check_same_filesystem(archive, directory)
        place = await self.look(directory)
        what = await self._there(archive)
        if place.there and place.there.type != "directory":
            raise InvalidCall(f"{place.path!r} exists and is not a directory", hint="Name a directory.")
        return Transfer(archive, what, place)

    async def _there(self, path: RemotePath) -> FileStat:
        what = await self._files.stat_if_there(path)
        if what is None:
            raise InvalidCall(f"There is no {path!r}", look_at=LookAt("directory", path.parent or path))
        return what

    async def _check_other_file(self, source: RemotePath, what: FileStat, place: Target) -> None:
        """Refuse to overwrite a file with itself, whatever names and links lead to it."""
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
        f"{place.path!r} exists and is not a regular file ({place.there.type or 'unknown type'})",
        hint="Name another target; in place of a link, name what it points to.",
    )


def _check_apart(source: RemotePath, target: RemotePath) -> None:
    _check_same_filesystem(source, target)
    if target.is_within(source):
        raise InvalidCall(f"{target!r} is {source!r} itself, or lies within it", hint="Name another target.")


def _check_same_filesystem(source: RemotePath, target: RemotePath) -> None:
    if source.filesystem != target.filesystem:
        raise InvalidCall(
            f"{source!r} and {target!r} lie on different filesystems",
            hint="The facility does this only within one; use cp in a job script to copy between them.",
        )


class PathClaims:
    """The paths where this process is putting something or has put something; shared by all calls."""

    def __init__(self) -> None:
        self._under_way: set[str] = set()
        self._ended: dict[str, float] = {}

    @contextmanager
    def claimed(self, place: str, seen_at: float) -> Iterator[None]:
        """Context of an operation that puts something at a place, or changes something there.

        Args:
            place: a canonical path, or another name that only one call may change at a time.
            seen_at: when the place was checked, by ``time.monotonic``.

        Raises:
            InvalidCall: another call is doing so too, or has done so since.
        """
        if place in self._under_way or self._ended.get(place, 0.0) > seen_at:
            raise InvalidCall(
                f"Another call has just changed {place!r}, or put something there",
                hint="Check that this is still wanted, then call again: the user is asked before it replaces "
                "anything.",
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
    """The compression of an archive: as given, or by the ending of its name.

    Raises:
        InvalidCall: neither says.
    """
    ending = next((end for end in _COMPRESSIONS if archive.lower().endswith(end)), None)
    if named is None and ending is None:
        raise InvalidCall(
            f"The name of {archive!r} does not show how it is compressed",
            hint=f"Give `compression`, or a name that ends in one of {', '.join(_COMPRESSIONS)}.",
        )
    return named or _COMPRESSIONS[ending or ".tar"]


LONGEST_PATTERN = 200
"""The most characters in a pattern."""


def checked_pattern(pattern: str | None) -> str | None:
    """Return the pattern that names must match, if it is valid.

    Raises:
        InvalidCall: it is not a valid regular expression.
    """
    try:
        if len(pattern or "") > LONGEST_PATTERN:
            raise re.error(f"it has more than {LONGEST_PATTERN} characters")
        re.compile(pattern or "")
    except (re.error, OverflowError, RecursionError) as error:
        raise InvalidCall(
            f"{(pattern or '')[:40]!r} is not a valid regular expression ({error})",
            hint=r"'\.log$' matches names that end in .log.",
        ) from None
    return pattern
