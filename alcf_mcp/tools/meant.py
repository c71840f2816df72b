"""Arguments as they are meant: models and clients write them in more ways than a schema says."""

from __future__ import annotations

import functools
import json
import tomllib
from collections.abc import Iterable
from typing import Any

from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata

from alcf_mcp.data import read
from alcf_mcp.facility.blank import is_blank


def as_text(value: Any) -> Any:
    """Text for a value that is meant as text, as JSON writes it: 12, true, {"a":1}; no value stays none."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_meant(arguments: dict[str, Any], fields: Iterable[str], texts: frozenset[str]) -> dict[str, Any]:
    """The arguments that have a value, with numbers and booleans as text where text is meant.

    A blank counts as not given, whatever its type. So does the text ``null``, where no text is meant.

    Args:
        arguments: as they came.
        fields: the names of the tool's arguments.
        texts: those that are text.
    """
    given = {name: value for name, value in arguments.items() if not (name in fields and is_blank(value))}
    return {
        name: as_text(value) if name in texts and isinstance(value, bool | int | float) else value
        for name, value in given.items()
        if name in texts or name not in fields or value != "null"
    }


def without_clients_own(arguments: dict[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """The arguments without those that clients are known to add to every call, unless the tool takes them."""
    unknown = arguments.keys() - set(fields)
    added = unknown & clients_own() if unknown else unknown  # most calls need not load the list
    return {name: value for name, value in arguments.items() if name not in added}


@functools.cache
def clients_own() -> frozenset[str]:
    """The names of what clients add."""
    return frozenset(
        name for entry in tomllib.loads(read("client_arguments.toml"))["added"] for name in entry["names"]
    )


class TextStaysText(FuncMetadata):
    """How the SDK reads arguments, except that a text which happens to look like JSON stays text.

    Some clients send lists and objects as JSON in a text, and the SDK undoes that for everything that is not
    declared as plain text: an optional script that is ``[1, 2]`` would become a list.
    """

    texts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, metadata: FuncMetadata, texts: frozenset[str]) -> TextStaysText:
        """The same, with the names of the arguments that are text."""
        return cls(**{name: getattr(metadata, name) for name in FuncMetadata.model_fields}, texts=texts)

    def pre_parse_json(self, data: dict[str, Any]) -> dict[str, Any]:
        """Undo JSON in a text where no text is meant."""
        others = {name: value for name, value in data.items() if name not in self.texts}
        return {**data, **super().pre_parse_json(others)}
