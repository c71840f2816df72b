"""Parts of files as text, and which part of the file each one is."""

from __future__ import annotations

from dataclasses import dataclass

from alcf_mcp.facility.files.progress import LINE
from alcf_mcp.iri.models import FileContent
from alcf_mcp.wording import count


@dataclass(frozen=True)
class FilePart:
    """A part of a file as text.

    ``start`` and ``end`` are byte positions, ``total`` is the file's size in bytes; each is ``None`` if the
    facility does not report it. ``at_end`` is ``None`` if it can't be determined.
    """

    path: str
    content: str
    start: int | None = None
    end: int | None = None
    total: int | None = None

    @property
    def at_end(self) -> bool | None:
        """Whether the part reaches the end of the file."""
        if self.end is None or self.total is None:
            return None
        return self.end >= self.total

    def first(self, characters: int) -> FilePart:
        """Return the part cut to its first characters."""
        if len(self.content) <= characters:
            return self
        content = self.content[:characters]
        end = None if self.start is None else self.start + bytes_in(content)
        return FilePart(self.path, content, self.start, end, self.total)

    def last(self, characters: int) -> FilePart:
        """Return the part cut to its last characters."""
        if len(self.content) <= characters:
            return self
        content = self.content[len(self.content) - characters :]
        start = None if self.end is None else max(self.start or 0, self.end - len(content.encode()))
        return FilePart(self.path, content, start, self.end, self.total)

    def extent(self) -> str:
        """Describe the extent of the part: ``/eagle/P/x.log: bytes 0-500 of 2000``."""
        if self.start is None or self.end is None:
            known = "" if self.total is None else f" of a file of {count(self.total, 'byte')}"
            return f"{self.path}: a part{known}"
        whole = self.start == 0 and self.end == self.total
        known = "" if self.total is None else f" of {self.total}"
        return f"{self.path}: " + (
            f"all {count(self.total or 0, 'byte')}" if whole else f"bytes {self.start}-{self.end}{known}"
        )


def bytes_in(text: str) -> int:
    """How many bytes a text takes in its file, at least.

    The facility shows bytes that are not UTF-8 as U+FFFD, each of which stands for one byte to three. With
    the fewest, whoever reads on sees some again rather than missing any.
    """
    return len(text.encode()) - 2 * text.count("\ufffd")


def viewed(path: str, content: FileContent, *, start: int, total: int | None) -> FilePart:
    """The part that ``view`` returned; if the answer lacks the end position, it is computed from the text.

    A character cut by the end of the window is left to the next window.
    """
    end = _end_in_bytes(content)
    if end is None:
        end = start + len(content.content.encode())
    text = content.content
    cut = end - start - len(text[:-1].encode())
    if (
        len(text) > 1
        and text.endswith("\ufffd")
        and "\ufffd" not in text[:-1]
        and 0 < cut < 4
        and end != total
    ):
        text, end = text[:-1], end - cut
    return FilePart(path, text, start, end, total)


def headed(path: str, content: FileContent, *, asked: int | None, total: int | None) -> FilePart:
    """The part that ``head`` returned; ``asked`` is the number of bytes if bytes were requested."""
    end = _end_in_bytes(content)
    if end is None and asked is not None:
        end = asked if total is None else min(asked, total)
    if end is None and "\ufffd" not in content.content:  # each replaces an unknown number of bytes
        end = len(content.content.encode())
    return FilePart(path, content.content, 0, end, total)


def _end_in_bytes(content: FileContent) -> int | None:
    return content.end_position if content.content_type == "bytes" else None


def last_lines(part: FilePart, lines: int) -> FilePart:
    """Cut a window to its last lines; its first line is incomplete unless the window starts the file."""
    kept = LINE.findall(part.content)
    if part.start:
        kept = kept[1:] or kept
    content = "".join(kept[-lines:])
    start = None if part.end is None else max(0, part.end - len(content.encode()))
    return FilePart(part.path, content, start, part.end, part.total)
