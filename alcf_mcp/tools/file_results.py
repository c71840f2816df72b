"""Results of the tools for files and directories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from alcf_mcp.facility.files.parts import FilePart
from alcf_mcp.facility.paths import octal
from alcf_mcp.iri.models import File
from alcf_mcp.tools.content import MOST_SHOWN, fenced, fitted, room_for
from alcf_mcp.tools.results import Facts, Result
from alcf_mcp.tools.text import clock, count, one_line, size


class Entry(Facts):
    """An entry of a directory; ``size`` in bytes, ``mode`` in octal."""

    name: str
    type: str
    permissions: str
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
            modified=file.last_modified,
            link_target=one_line(file.link_target, 4096) or None,
        )

    def line(self) -> str:
        """The entry as ``ls -l`` shows it."""
        slash = "/" if self.type == "directory" else ""
        owner = f"{self.owner or '?'}:{self.group or '?'}"
        amount = "" if slash else f" {size(self.size)}"
        arrow = f" -> {self.link_target}" if self.link_target else ""
        return f"{self.permissions} {owner}{amount} {clock(self.modified)} {self.name}{slash}{arrow}"


class Directory(Result):
    """The entries of a directory; ``total`` counts all of them, ``entries`` holds those asked for."""

    path: str
    total: int
    total_bytes: int
    entries: list[Entry]
    note: str | None = None
    next_step: str | None = None

    def text(self) -> str:
        """One entry per line."""
        head = f"{self.path}: {count(self.total, 'entry')}, files of {size(self.total_bytes)}"
        lines = [head, *(entry.line() for entry in self.entries), self.note, self.next_step]
        return "\n".join(line for line in lines if line)


_LOOKS_EMPTY = "An unreadable directory also looks empty: check its permissions in the directory above it."


def listed(path: str, files: Sequence[File], *, sort: str, limit: int, offset: int) -> Directory:
    """Sort, count and page the entries of a directory; there may be hundreds of thousands."""
    keys, total_bytes = [], 0
    for file in files:  # read once each: nothing but what sorts them is kept
        keys.append(_SORT_KEYS[sort](file))
        total_bytes += 0 if file.is_directory else file.size or 0
    order = sorted(range(len(files)), key=keys.__getitem__)[offset : offset + limit]
    rest = len(files) - offset - len(order)
    return Directory(
        path=path,
        total=len(files),
        total_bytes=total_bytes,
        entries=[Entry.of(files[index]) for index in order],
        note=None if files else _LOOKS_EMPTY,
        next_step=f"{rest} more: call again with offset={offset + len(order)}." if rest > 0 else None,
    )


def _by_time(file: File) -> tuple[float, str]:
    return (-file.last_modified.timestamp() if file.last_modified else 0.0, file.name)


_SORT_KEYS: dict[str, Callable[[File], Any]] = {
    "name": lambda file: file.name,
    "size": lambda file: (-(file.size or 0), file.name),
    "modified": _by_time,
}


class Made(Result):
    """A directory that was made."""

    path: str
    undo: str

    @classmethod
    def at(cls, path: str) -> Made:
        """Describe a directory and how to undo it."""
        return cls(path=path, undo=f"remove_path with path={path!r}")

    def text(self) -> str:
        """One line, with the call that undoes it."""
        return f"Made the directory {self.path}. To undo: {self.undo}."


class PathChange(Result):
    """A change to a path, and the call that undoes it."""

    path: str
    what: str
    before: str | None = None
    after: str
    undo: str | None = None

    def text(self) -> str:
        """One line, with the call that undoes it."""
        way_back = f" To undo: {self.undo}." if self.undo else ""
        return (
            f"Changed the {self.what} of {self.path}: {self.before or 'unknown'} -> {self.after}.{way_back}"
        )


class Removal(Result):
    """What was removed."""

    path: str
    removed: bool = True
    facility_says: str | None = None

    def text(self) -> str:
        """One line."""
        return f"Removed {self.path}. {self.facility_says or ''}".rstrip()


def rendered_window(part: FilePart, *, exact: bool = False) -> str:
    """A part of a file that was asked for by its bytes; with ``exact``, no state of a line is left out."""
    part = part.first(MOST_SHOWN)
    return _shown(
        part, _next_part(part), fenced(part.content, start=part.start, whole_lines=True, exact=exact)
    )


def rendered_head(part: FilePart, *, lines: int | None) -> str:
    """The first lines of a file, as many as fit into an answer."""
    asked = part.content.count("\n")
    part, left_out = fitted(part, room_for(lines, part.path), keep_end=False)
    more = part.at_end is None and (left_out or (lines is not None and asked >= lines))
    return _shown(part, _next_part(part, unsure=bool(more)), fenced(part.content, start=part.start))


def rendered_tail(part: FilePart, *, lines: int) -> str:
    """The last lines of a file, as many as fit into an answer."""
    part, left_out = fitted(part, room_for(lines, part.path), keep_end=True)
    if left_out:
        note = f"{left_out_before(part, left_out)}."
    elif part.start:
        note = f"Earlier lines: view_file with an offset below {part.start}, or tail_file with more lines."
    else:
        note = ""
    return _shown(part, note, fenced(part.content, keep_end=True, start=part.start))


def left_out_before(part: FilePart, lines: int) -> str:
    """Say that lines before a part are left out of an answer, and how to get them."""
    where = f" and an offset below {part.start}" if part.start else ""
    return (
        f"{count(lines, 'earlier line')} left out, which would make this answer too long: view_file with "
        f"path={part.path!r}{where} shows them"
    )


def _shown(part: FilePart, note: str, content: str) -> str:
    """A part of a file, set apart as data, with its extent and how to get more."""
    if not part.content:
        at = "" if part.total is None else f" (it has {part.total} bytes)"
        where = (
            f"Nothing at byte {part.start}: the file ends before it" if part.start else "The file is empty"
        )
        return f"{part.path}: {where}{at}."
    if part.content.count("\ufffd") > max(8, len(part.content) // 10):
        odd = "This does not look like text; the facility shows what is not UTF-8 as \ufffd."
        note = f"{odd} {note}".rstrip()
    return "\n".join(line for line in (part.extent(), note, content) if line)


def _next_part(part: FilePart, *, unsure: bool = False) -> str:
    if part.end is None or not (unsure or part.at_end is False):
        return ""
    call = f"view_file with path={part.path!r} and offset={part.end}"
    return f"There may be more: {call}." if unsure else f"Next part: {call}."
