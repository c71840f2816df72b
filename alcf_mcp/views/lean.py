"""Leave out of modules and styles what only their readers need: comments, margins, spaces, `const`.

This is no minifier. It knows the parts of this package, which keep two rules: a comment has its own lines,
and no template literal contains another.
"""

from __future__ import annotations

import re
from itertools import pairwise

_DEFINED = re.compile(r"^(?:async )?(?:function|const|let) (?P<name>\w+)", re.MULTILINE)
# Not the name of what a module defines: a property (`.name`; `...name` is none), a key (`name:`), a part of
# a word with hyphens, a word in quotes.
_WORD = re.compile(r"(?<!\w)(?<!\w-)(?<!(?<!\.)\.)\w+\b(?!-\w|:)")
_QUOTED = re.compile(r'"[\w .-]*"')
_COMMENT = re.compile(r"^\s*(?://.*|/\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
_KEPT = r"""
    "(?:[^"\\\n]|\\.)*" | `(?:[^`\\]|\\.)*`                                          # strings
    | (?<=[=(,:?&|!])\s?/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\]|\\.)*\])+/[a-z]*     # regular expressions
    | \w\s+(?=\w)                                                                    # two words
"""
_ONE = r"(?<!\w\s)(?<!\w)\((?P<only>\w+)\)(?=\s=>)"
_JS = re.compile(
    rf"(?P<kept>{_KEPT})|{_ONE}|(?P<const>\bconst\s+)(?=(?P<named>\w)|[\[{{])"
    r"|;\s*(?=})|,\s*(?=[}\])])|(?P<end>\s*\n\s*)|\s+",
    re.VERBOSE,
)
_NEEDLESS_END = re.compile(r"(?<=[{};,(\[])\n|\n(?=[})\]])")
_CSS = re.compile(r"\s*\n\s*|(?<=[{};,:>])\s+|\s+(?=[{>])|;(?=\s*})")
_RULE = re.compile(r"(?P<selectors>[^{}@]+)\{(?P<style>[^{}]*)\}")
_CLASS = re.compile(r"\.([a-z][\w-]*)")
_EMPTY = re.compile(r"@media[^{}]*\{\}")


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
    words = [set(_WORD.findall(_QUOTED.sub("", _COMMENT.sub("", piece)))) for piece in pieces]
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
        return found["kept"] or found["only"] or ("\n" if found["end"] else "")

    return _NEEDLESS_END.sub("", _JS.sub(left, _COMMENT.sub("", text)))


def styles_used_in(text: str, script: str) -> str:
    """A style sheet, lean, without the rules for classes that a script never names.

    The names of some are put together (`${kind}-ink`), so each part of a name is looked for.
    """
    words = set(re.findall(r"\w+", script))

    def named(selector: str) -> bool:
        return all(words.issuperset(name.split("-")) for name in _CLASS.findall(selector))

    def kept(found: re.Match[str]) -> str:
        selectors = ",".join(filter(named, found["selectors"].split(",")))
        return f"{selectors}{{{found['style']}}}" if selectors else ""

    return _EMPTY.sub("", _RULE.sub(kept, lean_style(text)))


def lean_style(text: str) -> str:
    """A style sheet without comments and needless spaces."""
    return _CSS.sub("", _COMMENT.sub("", text))
