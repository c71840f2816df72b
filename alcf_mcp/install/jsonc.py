"""JSON with comments, parsed together with the position of everything in the text.

Libraries that keep comments (json-five) read JSON5, which no client does. They also leave it to their caller
how a new member is indented and where its comma goes, which is most of the work in
:mod:`alcf_mcp.install.jsonc_edit`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from alcf_mcp.install.errors import SyntaxProblem

MAX_DEPTH = 200

_BLANK = re.compile(r"[ \t\r\n]*")
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"')
_LITERAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null")


@dataclass(frozen=True)
class Grammar:
    """What a client accepts beyond plain JSON."""

    comments: bool = False
    trailing_commas: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the part of the text that it occupies."""

    value: Any
    start: int
    end: int
    members: tuple[Member, ...] = ()

    def member(self, key: str) -> Member | None:
        """The effective member: the last one with this key, as in every JSON reader."""
        return next((member for member in reversed(self.members) if member.key == key), None)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object.

    Args:
        key: its key.
        start: where the key begins.
        node: its value.
        comma: the offset after the comma that follows it, if there is one.
    """

    key: str
    start: int
    node: Node
    comma: int | None

    @property
    def end(self) -> int:
        """The offset after the member and its comma."""
        return self.comma or self.node.end


@dataclass(frozen=True)
class Document:
    """A whole text.

    Args:
        root: its value; ``None`` if it contains only whitespace and comments.
        line_comments: the end offsets of comments that run to the end of their line.
    """

    root: Node | None
    line_comments: frozenset[int]


def parse(text: str, grammar: Grammar) -> Document:
    """Parse a text.

    Raises:
        SyntaxProblem: it does not follow this grammar.
    """
    return _Parser(text, grammar).document()


class _Parser:
    def __init__(self, text: str, grammar: Grammar) -> None:
        self._text = text
        self._grammar = grammar
        self._at = 0
        self._line_comments: set[int] = set()

    def document(self) -> Document:
        self._skip()
        root = self._value(0) if self._at < len(self._text) else None
        self._skip()
        if self._at < len(self._text):
            raise self._problem("there is more text after the end")
        return Document(root, frozenset(self._line_comments))

    def _value(self, depth: int) -> Node:
        start = self._at
        if depth > MAX_DEPTH:
            raise self._problem("this is nested too deeply")
        match self._text[start : start + 1]:
            case "{":
                members = self._members(depth)
                return Node({m.key: m.node.value for m in members}, start, self._at, tuple(members))
            case "[":
                return Node(self._items(depth), start, self._at)
            case '"':
                return Node(
                    self._token(_STRING, "this string has no end, or contains a newline"), start, self._at
                )
            case _:
                return Node(self._token(_LITERAL, "a value is expected"), start, self._at)

    def _members(self, depth: int) -> list[Member]:
        members: list[Member] = []
        self._enter()
        while not self._closes("}", after_comma=bool(members)):
            start = self._at
            key = self._token(_STRING, 'a key in "quotes" is expected')
            self._skip()
            self._expect(":", "':'")
            node = self._value(depth + 1)
            comma = self._comma("}")
            members.append(Member(key, start, node, comma))
            if comma is None:
                break
        self._at += 1
        return members

    def _items(self, depth: int) -> list[Any]:
        items: list[Any] = []
        self._enter()
        while not self._closes("]", after_comma=bool(items)):
            items.append(self._value(depth + 1).value)
            if self._comma("]") is None:
                break
        self._at += 1
        return items

    def _enter(self) -> None:
        self._at += 1
        self._skip()

    def _closes(self, bracket: str, *, after_comma: bool) -> bool:
        if self._text[self._at : self._at + 1] != bracket:
            return False
        if after_comma and not self._grammar.trailing_commas:
            raise self._problem(f"this client does not accept a comma before this {bracket}")
        return True

    def _comma(self, bracket: str) -> int | None:
        """Move past the comma and return where it ends, or stop at the bracket and return ``None``."""
        self._skip()
        if self._text[self._at : self._at + 1] == bracket:
            return None
        return self._expect(",", f"',' or '{bracket}'")

    def _expect(self, character: str, expected: str) -> int:
        if self._text[self._at : self._at + 1] != character:
            raise self._problem(f"{expected} is expected")
        self._at = behind = self._at + 1
        self._skip()
        return behind

    def _token(self, pattern: re.Pattern[str], expected: str) -> Any:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise self._problem(expected)
        try:
            value = json.loads(match[0])
        except ValueError:  # an unknown escape, or a number out of bounds
            raise self._problem("this is not a valid value") from None
        self._at = match.end()
        return value

    def _skip(self) -> None:
        while True:
            self._at = _BLANK.match(self._text, self._at).end()  # type: ignore[union-attr]  # matches anything
            if self._text[self._at : self._at + 1] != "/":
                return
            comment = _COMMENT.match(self._text, self._at)
            if comment is None:
                raise self._problem("this comment has no end")
            if not self._grammar.comments:
                raise self._problem("this client does not accept comments")
            self._at = comment.end()
            if comment[0].startswith("//"):
                self._line_comments.add(self._at)

    def _problem(self, reason: str) -> SyntaxProblem:
        before = self._text[: self._at]
        return SyntaxProblem(reason, before.count("\n") + 1, self._at - (before.rfind("\n") + 1) + 1)
