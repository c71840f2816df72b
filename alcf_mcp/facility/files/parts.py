"""Parts of files as text, and how much of the file they are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from alcf_mcp.iri.models import FileContent


@dataclass(frozen=True)
class FilePart:
    """A part of a file as text.

    ``start`` and ``end`` are byte positions, ``total`` the file's size in bytes; ``None`` where the
    facility does not tell. ``at_end`` is ``None`` where it can't be known.
    """

    path: str
    content: str
    start: int | None = None
    end: int | None = None
    total: int | None = None

    @property
    def at_end(self) -> bool | None:
        """Whether nothing of the file comes after this part."""
        if self.end is None or self.total is None:
            return None
        return self.end >= self.total

    def shortened(self, characters: int) -> FilePart:
        """Its beginning, where it is longer than that."""
        if len(self.content) <= characters or self.start is None:
            return self
        content = self.content[:characters]
        return FilePart(self.path, content, self.start, self.start + len(content.encode()), self.total)

    def extent(self) -> str:
        """How much of the file this is: ``/eagle/P/x.log: bytes 0-500 of 2000``."""
        if self.start is None or self.end is None:
            known = "" if self.total is None else f" of a file of {self.total} bytes"
            return f"{self.path}: a part{known}"
        whole = self.start == 0 and self.end == self.total
        known = "" if self.total is None else f" of {self.total}"
        return f"{self.path}: " + (
            f"all {self.total} bytes" if whole else f"bytes {self.start}-{self.end}{known}"
        )


def viewed(path: str, content: FileContent, *, start: int, total: int | None) -> FilePart:
    """The window that ``view`` answered; where it does not say how far it reached, its text is counted.

    A character that the window's end cuts is left to the next window.
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
    """What ``head`` answered; ``asked`` is the number of bytes where bytes were asked for."""
    end = _end_in_bytes(content)
    if end is None and asked is not None:
        end = asked if total is None else min(asked, total)
    if end is None and "\ufffd" not in content.content:  # each stands for bytes that can't be counted
        end = len(content.content.encode())
    return FilePart(path, content.content, 0, end, total)


def _end_in_bytes(content: FileContent) -> int | None:
    return content.end_position if content.content_type == "bytes" else None


def last_lines(part: FilePart, lines: int) -> FilePart:
    """Cut a window down to its last lines; the first line of a window is only whole at the file's start."""
    kept = re.findall(r"[^\n]*\n|[^\n]+", part.content)  # a form feed or U+2028 ends no line of a file
    if part.start:
        kept = kept[1:] or kept
    content = "".join(kept[-lines:])
    start = None if part.end is None else max(0, part.end - len(content.encode()))
    return FilePart(part.path, content, start, part.end, part.total)
