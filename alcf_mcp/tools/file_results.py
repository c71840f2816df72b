"""Results of the tools for files."""

from __future__ import annotations

from alcf_mcp.facility.files.parts import FilePart
from alcf_mcp.reports.content import MOST_SHOWN, fenced, fitted, room_for
from alcf_mcp.reports.facts import Result
from alcf_mcp.wording import count


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
        at = "" if part.total is None else f" (it has {count(part.total, 'byte')})"
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
