"""Put the page of a view together: one HTML file that needs nothing else."""

from __future__ import annotations

import json
import posixpath
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from alcf_mcp import __version__
from alcf_mcp.views.catalog import View
from alcf_mcp.views.lean import lean_script, styles_used_in, used_in

_IMPORT = re.compile(r'^import \{[^}]*\} from "(?P<path>[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)


# A client holds a page to a policy of its own; where there is no client, the page brings one.
_POLICY = """\
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '{script}'; \
style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
"""


@dataclass(frozen=True)
class Embedded:
    """A tool's answer that is part of the page, for a page that no client holds.

    Attributes:
        tool: the tool.
        result: its result, as it is at the wire.
        arguments: the arguments that it was called with.
    """

    tool: str
    result: dict[str, Any]
    arguments: dict[str, Any] = field(default_factory=dict)


def page(view: View, tools: Sequence[str], *, prefix: str = "", embedded: Embedded | None = None) -> str:
    """The page of a view.

    Args:
        view: the view.
        tools: the tools that the page may call, by their plain names.
        prefix: the text before each tool's name.
        embedded: the answer to draw, if no client will hand it over.
    """
    script = _script(view.name)
    server = {"version": __version__, "prefix": prefix, "tools": called(view, tools)}
    data, policy = [_data("server", server)], ""
    if embedded:
        data.append(_data("embedded", asdict(embedded)))
        policy = _POLICY.format(script=script_source(view))
    return (
        _skeleton()
        .replace("<!--title-->", view.title)
        .replace("<!--policy-->\n", policy)
        .replace("/*style*/", _style(view.name))
        .replace("<!--data-->", "\n".join(data))
        .replace("/*script*/", script)
    )


def called(view: View, tools: Sequence[str]) -> list[str]:
    """The tools that a view may call, of those that are offered."""
    script = _script(view.name)
    return [tool for tool in tools if f'"{tool}"' in script]


def script_source(view: View) -> str:
    """The script of a view, as a content security policy names it."""
    return _digest(f"\n{_script(view.name)}\n")


def parts(name: str) -> list[str]:
    """The modules of a view and of the kit that its page has, each after those that it imports."""
    ordered: dict[str, None] = {}

    def add(path: str) -> None:
        if path not in ordered:
            for imported in _imports(path):
                add(imported)
            ordered[path] = None

    add(f"{name}/{name}.mjs")
    return list(ordered)


@cache
def _script(name: str) -> str:
    """All modules as one: they define different names, so that nothing has to be imported or exported."""
    joined = "\n".join(_IMPORT.sub("", _text(path)) for path in parts(name))
    return lean_script(used_in(_EXPORT.sub("", joined)))


@cache
def _style(name: str) -> str:
    modules = parts(name)
    sheets = ["kit/page.css", *(path.removesuffix(".mjs") + ".css" for path in modules)]
    text = "\n".join(_text(path) for path in sheets if _rooms().joinpath(path).is_file())
    return styles_used_in(text, _script(name) + _skeleton())


def _imports(path: str) -> Iterator[str]:
    folder = path.rpartition("/")[0]
    for found in _IMPORT.finditer(_text(path)):
        yield posixpath.normpath(f"{folder}/{found['path']}")


@cache
def _text(path: str) -> str:
    return _rooms().joinpath(path).read_text(encoding="utf-8")


def _rooms() -> Traversable:
    return files(__package__)


@cache
def _skeleton() -> str:
    return _text("kit/page.html")


def _digest(script: str) -> str:
    return f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"


def _data(id: str, value: Any) -> str:
    """A value in a page; nothing in it can end the script that holds it."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{id}">{written}</script>'
