"""Leave out of modules and styles what only their readers need: comments, margins, spaces, `const`.

This is no minifier. It knows the parts of this package, which keep two rules: a comment has its own lines,
and no template literal contains another.
"""

from __future__ import annotations

import re
from itertools import pairwise

_DEFINED = re.compile(r"^(?:async )?(?:function|const|let) (?P<name>\w+)", re.MULTILINE)
_WORD = re.compile(r"\w+")
_QUOTED = re.compile(r'"[\w .-]*"')
_NAME = re.compile(r"(?:(?<=\.\.\.)|(?<!\.))\b\w+\b(?!:)")
"""A name that may stand for something defined: neither a property after a dot nor a key before a colon."""
_COMMENT = re.compile(r"^\s*(?://.*|/\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
_KEPT = r"""
    "(?:[^"\\\n]|\\.)*" | `(?:[^`\\]|\\.)*`                                          # strings
    | (?<=[=(,:?&|!])\s?/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\]|\\.)*\])+/[a-z]*     # regular expressions
    | \w\s+(?=\w)                                                                    # two words
"""
_JS = re.compile(
    rf"(?P<kept>{_KEPT})|(?P<const>\bconst\s+)(?=(?P<named>\w)|[\[{{])|;\s*(?=}})|,\s*(?=[}}\])])|(?P<end>\s*\n\s*)|\s+",
    re.VERBOSE,
)
_NEEDLESS_END = re.compile(r"(?<=[{};,(\[])\n|\n(?=[})\]])")
_RULE = re.compile(r"^(?P<selectors>[.a-z][^{}@]*) \{[^{}]*\}\n+", re.MULTILINE)
_CLASS = re.compile(r"\.([\w-]+)")
_CSS = re.compile(r"\s*\n\s*|(?<=[{};,:>])\s+|\s+(?=[{>])|;(?=\s*})")


def used_in(text: str) -> str:
    """A script without the functions and constants that nothing in it uses.

    Raises:
        ValueError: two have the same name.
    """
    begins = [found.start() for found in _DEFINED.finditer(text)]
    pieces = [text[a:b] for a, b in pairwise([0, *begins, len(text)])]
    defined = [_DEFINED.match(piece) for piece in pieces]
    names = [one and one["name"] for one in defined]
    if twice := {name for name in names if name and names.count(name) > 1}:
        raise ValueError(f"defined twice: {', '.join(sorted(twice))}")
    words = [set(_NAME.findall(_QUOTED.sub("", _COMMENT.sub("", piece)))) for piece in pieces]
    used = {index for index, name in enumerate(names) if name is None or _acts(pieces[index])}
    found = used
    while found:
        wanted = set().union(*(words[index] for index in found))
        found = {index for index, name in enumerate(names) if name in wanted} - used
        used |= found
    return "".join(piece for index, piece in enumerate(pieces) if index in used)


def _acts(piece: str) -> bool:
    """Whether a piece does something when it is read: it neither is a function nor only holds a value."""
    return not re.match(r"(?:async )?function |const [A-Z_]+ =|const here =", piece)


def lean_script(text: str) -> str:
    """A module without comments and needless spaces."""

    def left(found: re.Match[str]) -> str:
        if found["const"]:
            return "let " if found["named"] else "let"
        return found["kept"] or ("\n" if found["end"] else "")

    return _NEEDLESS_END.sub("", _JS.sub(left, _COMMENT.sub("", text)))


def styles_for(text: str, style: str) -> str:
    """A style sheet without the rules for classes that a text does not name.

    A class such as `good-ink` may be put together from its words.
    """
    words = set(_WORD.findall(text))

    def is_named(selector: str) -> bool:
        return all(words.issuperset(_WORD.findall(name)) for name in _CLASS.findall(selector))

    def kept(found: re.Match[str]) -> str:
        return found[0] if any(map(is_named, found["selectors"].split(","))) else ""

    return _RULE.sub(kept, style)


def lean_style(text: str) -> str:
    """A style sheet without comments and needless spaces."""
    return _CSS.sub("", _COMMENT.sub("", text))
