r"""What happens to a job's strings on their way to PBS at ALCF.

They are pasted unescaped between the quotes of a GraphQL document. A quote or a newline breaks the document,
and a backslash begins an escape sequence, so ``\n`` arrives as a newline
(ALCF's deployment of the API, 2026-08).
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

from pydantic import BaseModel

from alcf_mcp.local.problems import Problem

Spec = TypeVar("Spec", bound=BaseModel)

_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "/": "/"}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.?))", re.DOTALL)
_FORBIDDEN = re.compile('["\x00-\x08\x0a-\x1f]')


def paste_all(spec: Spec) -> Spec:
    """The specification as PBS receives it.

    Raises:
        Problem: 400, if a string breaks the document.
    """
    return type(spec).model_validate(_paste_within(spec.model_dump(exclude_unset=True)))


def paste(text: str) -> str:
    """A string as it arrives at PBS.

    Raises:
        Problem: 400, if it breaks the document.
    """
    if _FORBIDDEN.search(_ESCAPE.sub("", text)):
        raise _syntax_error("Unterminated string.")
    return _ESCAPE.sub(_unescape, text)


def _paste_within(value: Any) -> Any:
    if isinstance(value, str):
        return paste(value)
    if isinstance(value, list):
        return [_paste_within(item) for item in value]
    if isinstance(value, dict):
        return {paste(key): _paste_within(item) for key, item in value.items()}
    return value


def _unescape(match: re.Match[str]) -> str:
    digits, letter = match.groups()
    if digits:
        return _character(int(digits, 16))
    if letter not in _ESCAPES:
        raise _syntax_error(f"Invalid character escape sequence: '\\{letter}'.")
    return _ESCAPES[letter]


def _character(code: int) -> str:
    if code == 0 or 0xD800 <= code <= 0xDFFF:
        raise _syntax_error("Invalid Unicode escape sequence.")
    return chr(code)


def _syntax_error(reason: str) -> Problem:
    return Problem(400, f"GraphQL error: [{{'message': 'Syntax Error: {reason}'}}]")
