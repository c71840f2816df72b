"""The values of a configuration, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alcf_mcp.install.errors import ShapeProblem

Path = tuple[str, ...]


def lookup(values: Mapping[str, Any], path: Path) -> Any:
    """The value at a path; ``None`` if there is none.

    Raises:
        ShapeProblem: something other than an object is on the way.
    """
    found: Any = values
    for depth, key in enumerate(path):
        if not isinstance(found, dict):
            raise ShapeProblem(path[:depth])
        if key not in found:
            return None
        found = found[key]
    return found


def says_only(
    before: dict[str, Any], after: dict[str, Any], path: Path, entry: Mapping[str, Any] | None
) -> bool:
    """Whether a changed text says what it said before, except for this entry (or none) at this path."""
    if entry is not None and lookup(after, path) != entry:
        return False
    return _without(before, path) == _without(after, path)


def _without(values: dict[str, Any], path: Path) -> dict[str, Any]:
    """The values without what is at a path, and without objects above it that become empty."""
    key, *below = path
    rest = {name: value for name, value in values.items() if name != key}
    if below and isinstance(values.get(key), dict) and (kept := _without(values[key], tuple(below))):
        rest[key] = kept
    return rest


def nested(path: Path, value: Any) -> Any:
    """Wrap a value in the objects that lead to it."""
    for key in reversed(path):
        value = {key: value}
    return value
