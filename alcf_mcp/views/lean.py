"""Leave out of modules and styles what only their readers need: comments, margins, spaces.

This is no minifier. It knows the parts of this package, which keep two rules: a comment has its own lines, and
no template literal contains another.
"""

from __future__ import annotations

import re

_COMMENT = re.compile(r"^\s*(?://.*|/\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
_KEPT = r"""
    "(?:[^"\\\n]|\\.)*" | `(?:[^`\\]|\\.)*`                                                   # strings
    | (?<=[=(,:?&|!])\s?/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\]|\\.)*\])+/[a-z]*              # regular expressions
    | \w\s+(?=\w)                                                                             # two words
"""
_JS = re.compile(rf"(?P<kept>{_KEPT})|(?P<end>\s*\n\s*)|\s+", re.VERBOSE)
_NEEDLESS_END = re.compile(r"(?<=[{};,(\[])\n|\n(?=[})\]])")
_CSS = re.compile(r"\s*\n\s*|(?<=[{};,:>])\s+|\s+(?=[{>])|;(?=\s*})")


def lean_script(text: str) -> str:
    """A module without comments and needless spaces."""

    def left(found: re.Match[str]) -> str:
        return found["kept"] or ("\n" if found["end"] else "")

    return _NEEDLESS_END.sub("", _JS.sub(left, _COMMENT.sub("", text)))


def lean_style(text: str) -> str:
    """A style sheet without comments and needless spaces."""
    return _CSS.sub("", _COMMENT.sub("", text))
