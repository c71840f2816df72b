"""Reports on directories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import PrivateAttr

from alcf_mcp.facility.paths import octal
from alcf_mcp.iri.models import File
from alcf_mcp.reports.facts import Facts, Result
from alcf_mcp.reports.text import clock, one_line, size
from alcf_mcp.reports.unless_stated import told_once, with_usual
from alcf_mcp.wording import count


class Access(Facts):
    """What an entry of a directory is, and who may do what with it; ``mode`` in octal."""

    type: str | None = None
    permissions: str | None = None
    mode: str | None = None
    owner: str | None = None
    group: str | None = None


class Entry(Facts):
    """An entry of a directory; ``size`` in bytes, ``mode`` in octal."""

    name: str
    type: str | None = None
    permissions: str | None = None
    mode: str | None = None
    owner: str | None = None
    group: str | None = None
    size: int | None = None
    modified: datetime | None = None
    link_target: str | None = None

    @classmethod
    def of(cls, file: File) -> Entry:
        """Make an entry from the facility's data."""
        return cls(
            name=one_line(file.name, 4096),
            type="directory" if file.is_directory else file.type or "unknown",
            permissions=one_line(file.permissions),
            mode=octal(file.permissions),
            owner=one_line(file.user) or None,
            group=one_line(file.group) or None,
            size=file.size,
            modified=file.last_modified and file.last_modified.replace(microsecond=0),
            link_target=one_line(file.link_target, 4096) or None,
        )

    def line(self) -> str:
        """The entry as ``ls -l`` shows it."""
        slash = "/" if self.type == "directory" else ""
        owner = f"{self.owner or '?'}:{self.group or '?'}"
        amount = "" if slash else f" {size(self.size)}"
        arrow = f" -> {self.link_target}" if self.link_target else ""
        return f"{self.permissions} {owner}{amount} {clock(self.modified)} {self.name}{slash}{arrow}"


@dataclass
class Tally:
    """What the entries of a directory come to; ``bytes`` and ``largest`` are those of files."""

    bytes: int = 0
    largest: int = 0
    directories: int = 0

    def add(self, file: File) -> None:
        """Count an entry."""
        if file.is_directory:
            self.directories += 1
        elif file.size:
            self.bytes += file.size
            self.largest = max(self.largest, file.size)


class Directory(Result):
    """The entries of a directory; ``total`` counts all of them, ``entries`` holds those asked for.

    An entry has what ``unless_stated`` says, unless it says otherwise itself.
    """

    path: str
    total: int
    total_bytes: int
    unless_stated: Access | None = None
    entries: list[Entry]
    note: str | None = None
    next_step: str | None = None

    _tally: Tally | None = PrivateAttr(None)

    def lean(self) -> Directory:
        """The same directory, saying only once what most of its entries have."""
        access, entries = told_once(self.entries, Access)
        return self.model_copy(update={"unless_stated": access, "entries": entries})

    def text(self) -> str:
        """One entry per line."""
        head = f"{self.path}: {count(self.total, 'entry')}, files of {size(self.total_bytes)}"
        usual = self.unless_stated.model_dump(exclude_none=True) if self.unless_stated else {}
        lines = [
            head,
            *(with_usual(entry, usual).line() for entry in self.entries),
            self.note,
            self.next_step,
        ]
        return "\n".join(line for line in lines if line)

    def drawn(self) -> dict[str, Any]:
        """How many of all entries are directories, and the size of the largest file."""
        tally = self._tally
        return {"directories": tally.directories, "largest": tally.largest} if tally else {}


_LOOKS_EMPTY = "An unreadable directory also looks empty: check its permissions in the directory above it."


def listed_files(path: str, files: Sequence[File], *, sort: str, limit: int, offset: int) -> Directory:
    """Sort, count and page the entries of a directory; there may be hundreds of thousands."""
    keys, tally = [], Tally()
    for file in files:  # read once each: nothing but what sorts them is kept
        keys.append(_SORT_KEYS[sort](file))
        tally.add(file)
    order = sorted(range(len(files)), key=keys.__getitem__)[offset : offset + limit]
    directory = Directory(
        path=path,
        total=len(files),
        total_bytes=tally.bytes,
        entries=[Entry.of(files[index]) for index in order],
        note=None if files else _LOOKS_EMPTY,
    )
    directory._tally = tally
    return directory


def _by_time(file: File) -> tuple[float, str]:
    return (-file.last_modified.timestamp() if file.last_modified else 0.0, file.name)


_SORT_KEYS: dict[str, Callable[[File], Any]] = {
    "name": lambda file: file.name,
    "size": lambda file: (-(file.size or 0), file.name),
    "modified": _by_time,
}
