"""Tells in Markdown how tool definitions differ: ``python definitions_diff.py <before> <after>``.

Both are directories with one JSON file a tool, as clients see it. Needs the standard library only, so that it
runs without an installation. Names of tools and arguments are part of what a version promises. What breaks
that comes first. Prints nothing if the definitions are the same.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Definition = dict[str, Any]


def read(directory: Path) -> dict[str, Definition]:
    """Read the definitions in a directory, by tool; an empty or missing directory has none."""
    files = sorted(directory.glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


def difference(before: dict[str, Definition], after: dict[str, Definition]) -> str:
    """Tell the difference in Markdown; empty if there is none."""
    if before == after:
        return ""
    changed = [name for name in before if name in after and before[name] != after[name]]
    lines = ["### Tool definitions", "", _sizes(before, after), ""]
    if broken := list(_breaks(before, after)):
        lines += ["**Breaks what clients and scripts rely on:**", "", *(f"- {line}" for line in broken), ""]
    lines += [
        f"- new tool `{name}`: {_shown(after[name].get('description'))}"
        for name in after
        if name not in before
    ]
    lines += [f"- tool `{name}` is gone" for name in before if name not in after]
    for name in changed:
        lines += [
            "",
            f"<details><summary><code>{name}</code></summary>",
            "",
            *_changes(before[name], after[name]),
        ]
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def _sizes(before: dict[str, Definition], after: dict[str, Definition]) -> str:
    was, is_ = (sum(map(_size, definitions.values())) for definitions in (before, after))
    return f"{len(before)} → {len(after)} tools; {was:,} → {is_:,} bytes ({is_ - was:+,}) as models see them."


def _size(definition: Definition) -> int:
    """Bytes of what a model sees of a tool: its name, description and arguments."""
    seen = {key: definition.get(key) for key in ("name", "description", "inputSchema")}
    return len(json.dumps(seen, ensure_ascii=False, separators=(",", ":")).encode())


def _breaks(before: dict[str, Definition], after: dict[str, Definition]) -> Iterator[str]:
    for name, was in before.items():
        if name not in after:
            yield f"tool `{name}` is gone"
            continue
        now = after[name]
        for argument, schema in _arguments(was).items():
            if argument not in _arguments(now):
                yield f"`{name}` no longer takes `{argument}`"
                continue
            gone = [value for value in schema.get("enum", ()) if value not in _enum(now, argument, schema)]
            if gone:
                yield f"`{name}` no longer takes {', '.join(map(_shown, gone))} as `{argument}`"
            if schema.get("type") != _arguments(now)[argument].get("type"):
                yield f"`{name}` takes another type as `{argument}`"
        for argument in now.get("inputSchema", {}).get("required", ()):
            if argument not in was.get("inputSchema", {}).get("required", ()):
                yield f"`{name}` now requires `{argument}`"
        for field in was.get("outputSchema", {}).get("properties", {}):
            if field not in now.get("outputSchema", {}).get("properties", {}):
                yield f"`{name}` no longer returns `{field}`"


def _arguments(definition: Definition) -> dict[str, Any]:
    arguments: dict[str, Any] = definition.get("inputSchema", {}).get("properties", {})
    return arguments


def _enum(definition: Definition, argument: str, before: dict[str, Any]) -> list[Any]:
    """The values that an argument takes now; all that it took if it takes any."""
    values: list[Any] = _arguments(definition)[argument].get("enum", before["enum"])
    return values


def _changes(before: Definition, after: Definition) -> Iterator[str]:
    was, now = dict(_leaves(before)), dict(_leaves(after))
    for path in sorted(was.keys() | now.keys()):
        if path not in was:
            yield f"- added `{path}`: {_shown(now[path])}"
        elif path not in now:
            yield f"- removed `{path}`: {_shown(was[path])}"
        elif was[path] != now[path]:
            yield f"- `{path}`:\n  - was {_shown(was[path])}\n  - is {_shown(now[path])}"


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each value with its path; a list is one value."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _leaves(below, path if key == "properties" else f"{path}.{key}" if path else key)
    else:
        yield path, value


def _shown(value: Any) -> str:
    """A value as one Markdown code span, whatever is in it."""
    text = (
        " ".join((value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).split()) or '""'
    )
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence, pad = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def main() -> None:
    """Print the difference of two directories."""
    before, after = (read(Path(directory)) for directory in sys.argv[1:3])
    sys.stdout.write(difference(before, after))


if __name__ == "__main__":
    main()
