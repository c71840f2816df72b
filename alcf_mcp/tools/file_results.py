"""Results of the tools for files."""

from __future__ import annotations

from alcf_mcp.facility.files.parts import FilePart
from alcf_mcp.reports.facts import Result
from alcf_mcp.reports.text import MOST_SHOWN, fenced


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


def rendered_part(part: FilePart, *, tool: str, lines: int | None = None) -> str:
    """A part of a file, set apart as data, with its extent and how to get more."""
    if tool != "tail_file":
        part = part.shortened(MOST_SHOWN)
    if not part.content:
        at = "" if part.total is None else f" (it has {part.total} bytes)"
        where = (
            f"Nothing at byte {part.start}: the file ends before it" if part.start else "The file is empty"
        )
        return f"{part.path}: {where}{at}."
    return "\n".join(
        line
        for line in (
            part.extent(),
            _more(part, tool, lines),
            fenced(part.content, keep_end=tool == "tail_file"),
        )
        if line
    )


def _more(part: FilePart, tool: str, lines: int | None) -> str:
    notes = []
    if part.content.count("\ufffd") > max(8, len(part.content) // 10):
        notes.append("This does not look like text; the facility shows what is not UTF-8 as \ufffd.")
    if tool == "tail_file":
        if part.start:
            notes.append(
                f"Earlier lines: view_file with an offset below {part.start}, or tail_file with more lines."
            )
    elif part.at_end is False:
        notes.append(f"Next part: view_file with path={part.path!r} and offset={part.end}.")
    elif part.at_end is None and lines is not None and part.content.count("\n") >= lines:
        notes.append(f"There may be more: view_file with path={part.path!r} and offset={part.end}.")
    return " ".join(notes)
