"""Set or remove one table in a TOML text, such as ``[mcp_servers.alcf]``, and leave the rest as it is.

A new table is appended at the end, and a removed one is cut out by its lines. tomlkit changes values in
place, but it only sees the lines of that one table. In a whole text, it assigns the comments above a table to
the previous table, and it joins related tables that have others between them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from alcf_mcp.install.errors import EditProblem, SyntaxProblem
from alcf_mcp.install.values import Path, lookup, nested

# How tomllib words a position; it offers numbers only from Python 3.14 on.
_PLACE = re.compile(r"(.*?)(?: \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\))?", re.DOTALL)
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


def parse(text: str) -> dict[str, Any]:
    """Parse a text.

    Raises:
        SyntaxProblem: it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise SyntaxProblem("this is nested too deeply", 1, 1) from None
    except tomllib.TOMLDecodeError as error:
        reason, line, column = _PLACE.fullmatch(str(error)).groups()  # type: ignore[union-attr]  # matches anything
        end = text.count("\n") + 1, len(text) - text.rfind("\n")
        raise SyntaxProblem(reason, *((int(line), int(column)) if line else end)) from None


def set_table(text: str, path: Path, values: Mapping[str, Any]) -> str:
    """The text with these values in the table at this path; its other values stay.

    Raises:
        SyntaxProblem: the text is not TOML.
        ShapeProblem: something other than a table is on the way.
        EditProblem: the text is written in too unusual a way.
    """
    if lookup(parse(text), path) is None:
        return _append(text, path, values)
    lines = _LINES.findall(text)
    tables = [(start, end) for header, start, end in _tables(lines) if header == path]
    if len(tables) != 1:
        raise EditProblem("it is not a table with a header of its own")
    ((start, end),) = tables
    lines[start:end] = [_changed("".join(lines[start:end]), path, values)]
    return "".join(lines)


def remove_table(text: str, path: Path) -> str:
    """The text without the table at this path and the tables below it.

    Raises:
        SyntaxProblem: the text is not TOML.
        ShapeProblem: something other than a table is on the way.
        EditProblem: the text is written in too unusual a way.
    """
    if lookup(parse(text), path) is None:
        return text
    lines = _LINES.findall(text)
    ours = [(start, end) for header, start, end in _tables(lines) if header[: len(path)] == path]
    if not ours:
        raise EditProblem("it is not a table with a header of its own")
    for start, end in reversed(ours):
        _cut(lines, start, end)
    return "".join(lines)


def _tables(lines: list[str]) -> list[tuple[Path, int, int]]:
    """The key of every table that has a header, its first line, and the line after its last."""
    headers = [(header, number) for number, line in enumerate(lines) if (header := _header(line))]
    ends = [number for _, number in headers[1:]] + [len(lines)]
    return [(header, start, end) for (header, start), end in zip(headers, ends, strict=False)]


def _changed(text: str, path: Path, values: Mapping[str, Any]) -> str:
    """The lines of one table, with these values set."""
    import tomlkit  # noqa: PLC0415 - loaded where it is used
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        document = tomlkit.parse(text)
        table: Any = document
        for key in path:
            table = table[key]
        for key, value in values.items():
            if table.get(key) != value:
                table[key] = value
        return document.as_string()
    except (TOMLKitError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise EditProblem(str(error)) from None


def _append(text: str, path: Path, values: Mapping[str, Any]) -> str:
    import tomlkit  # noqa: PLC0415 - loaded where it is used

    newline = "\r\n" if "\r\n" in text else "\n"
    table = tomlkit.dumps(nested(path, values)).replace("\n", newline)
    if text and not text.endswith("\n"):
        text += newline
    return f"{text}{newline}{table}" if text else table


def _header(line: str) -> Path:
    """The key of a line that begins a table; an empty path for other lines."""
    if not line.lstrip().startswith("["):
        return ()
    try:
        values: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    path: list[str] = []
    while values and isinstance(values, dict):
        ((name, values),) = values.items()
        path.append(name)
    return tuple(path)


def _cut(lines: list[str], start: int, end: int) -> None:
    """Remove a table and the empty line above it. Comments at its end belong to the next table."""
    while end > start + 1 and lines[end - 1].lstrip()[:1] in ("", "#"):
        end -= 1
    if start > 0 and not lines[start - 1].strip():
        start -= 1
    del lines[start:end]
