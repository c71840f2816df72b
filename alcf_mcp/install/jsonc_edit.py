"""Set or remove one member of an object in a JSON text, and leave every other byte as it is.

Setting a member and then removing it restores the text, with one exception: an object that had no members
ends up empty, whatever whitespace it contained. Setting follows the text's own style: indentation, line
endings, and whether the last member has a comma.
"""

from __future__ import annotations

import json
import re
from typing import Any

from alcf_mcp.install.errors import ShapeProblem
from alcf_mcp.install.jsonc import Document, Grammar, Node, parse
from alcf_mcp.install.values import Path, nested

_JSON_BLANK = " \t\r\n"
_INDENT = re.compile(r"[ \t]*")
# Comments after a member belong to it: new members go after them.
_REST_OF_LINE = re.compile(r"[ \t]*(?:/\*(?:(?!\*/)[^\r\n])*\*/[ \t]*)*(?://[^\r\n]*)?(?=\r?\n)")
_BLANK_REST = re.compile(r"[ \t]*\r?\n")


def set_member(text: str, path: Path, value: Any, grammar: Grammar) -> str:
    """The text with this value at this path; missing objects on the way are created.

    Raises:
        SyntaxProblem: the text does not follow this grammar.
        ShapeProblem: something other than an object is on the way.
    """
    node = parse(text, grammar).root
    style = _Style(text, node)
    if node is None:
        kept = text.rstrip(_JSON_BLANK)
        return f"{kept}{style.newline if kept else ''}{style.block(nested(path, value), '')}{style.newline}"
    for depth, key in enumerate(path):
        _check_object(node, path[:depth])
        member = node.member(key)
        if member is None:
            return _insert(text, node, key, nested(path[depth + 1 :], value), style)
        node = member.node
    if node.value == value:
        return text
    return text[: node.start] + style.block(value, _indent_of(text, node.start)) + text[node.end :]


def remove_member(text: str, path: Path, grammar: Grammar) -> str:
    """The text without the member at this path.

    Raises:
        SyntaxProblem: the text does not follow this grammar.
        ShapeProblem: something other than an object is on the way.
    """
    document = parse(text, grammar)
    node = document.root
    for depth, key in enumerate(path):
        if node is None:
            return text
        _check_object(node, path[:depth])
        found = node.member(key)
        if found is None:
            return text
        parent, node = node, found.node
    # If the key occurs twice, the other one would become effective now, so remove that one too.
    return remove_member(_cut(text, document, parent, path[-1]), path, grammar)


class _Style:
    """The style in which the text is written."""

    def __init__(self, text: str, root: Node | None) -> None:
        self.newline = "\r\n" if "\r\n" in text else "\n"
        first = root.members[0] if root and root.members else None
        self.unit = (
            _indent_of(text, first.start) if first and _begins_line(text, first.start) else ""
        ) or "  "

    def block(self, value: Any, indent: str) -> str:
        """A value over several lines, for a parent with this indentation."""
        lines = json.dumps(value, indent=self.unit, ensure_ascii=False)
        return lines.replace("\n", self.newline + indent)


def _check_object(node: Node, path: Path) -> None:
    if not isinstance(node.value, dict):
        raise ShapeProblem(path)


def _indent_of(text: str, offset: int) -> str:
    """The indentation of a line."""
    line = text.rfind("\n", 0, offset) + 1
    return _INDENT.match(text, line)[0]  # type: ignore[index]  # matches anything


def _begins_line(text: str, offset: int) -> bool:
    return not text[text.rfind("\n", 0, offset) + 1 : offset].strip(" \t")


def _line_break_before(text: str, offset: int) -> int:
    """Where the whitespace before an offset begins, back to the end of the previous line."""
    before = text[:offset].rstrip(" \t")
    return len(before.removesuffix("\n").removesuffix("\r")) if before.endswith("\n") else len(before)


def _insert(text: str, parent: Node, key: str, value: Any, style: _Style) -> str:
    if not parent.members:
        return _insert_first(text, parent, key, value, style)
    last = parent.members[-1]
    at = last.end
    if _begins_line(text, last.start):
        indent = _indent_of(text, last.start)
        member = f"{style.newline}{indent}{json.dumps(key)}: {style.block(value, indent)}"
        rest = _REST_OF_LINE.match(text, at)
        at = rest.end() if rest else at
    else:
        member = f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
    if last.comma:
        return f"{text[:at]}{member},{text[at:]}"
    return f"{text[: last.end]},{text[last.end : at]}{member}{text[at:]}"


def _insert_first(text: str, parent: Node, key: str, value: Any, style: _Style) -> str:
    """Insert a member into an object that has none, after any comments in it."""
    inside = text[parent.start + 1 : parent.end - 1]
    comments = inside.rstrip(_JSON_BLANK)
    outer = _indent_of(text, parent.start)
    indent = outer + style.unit
    blank = inside[len(comments) :]
    if not comments or "\n" not in blank:
        blank = style.newline + outer
    member = f"{style.newline}{indent}{json.dumps(key)}: {style.block(value, indent)}"
    return f"{text[: parent.start + 1]}{comments}{member}{blank}{text[parent.end - 1 :]}"


def _cut(text: str, document: Document, parent: Node, key: str) -> str:
    """Remove the last member with this key."""
    index = max(number for number, member in enumerate(parent.members) if member.key == key)
    member = parent.members[index]
    around = text[parent.start + 1 : member.start] + text[member.end : parent.end - 1]
    if not around.strip(_JSON_BLANK):
        return text[: parent.start + 1] + text[parent.end - 1 :]
    start = _line_break_before(text, member.start)
    if start in document.line_comments and not _BLANK_REST.match(text, member.end):
        start = member.start  # otherwise the comment would swallow what follows
    head = text[:start]
    if member.comma is None and index > 0:
        comma = parent.members[index - 1].end
        head = head[: comma - 1] + head[comma:]
    return head + text[member.end :]
