"""Lean JSON schemas: every byte of a tool's definition is paid for in every conversation."""

from __future__ import annotations

from typing import Any

JSONObject = dict[str, Any]

_NAMED_CHILDREN = ("properties", "$defs")


def lean(schema: JSONObject) -> JSONObject:
    """Drop what tells a reader nothing: generated titles, ``null`` alternatives, empty defaults.

    An optional argument is one that may be left out; that ``null`` is taken too need not be said, nor that
    there are no others: who tries one is told which there are.
    """
    kept = {key: value for key, value in schema.items() if key != "title"}
    if kept.get("additionalProperties") is False:
        del kept["additionalProperties"]
    alternatives = kept.get("anyOf")
    if isinstance(alternatives, list):
        real = [option for option in alternatives if option != {"type": "null"}]
        if len(real) == 1:
            del kept["anyOf"]
            kept = {**real[0], **kept}
            kept.pop("title", None)
        else:
            kept["anyOf"] = real
    if "default" in kept and (kept["default"] is False or kept["default"] in (None, "", [], {})):
        del kept["default"]
    return {key: _lean_value(key, value) for key, value in kept.items()}


def lean_output(schema: JSONObject) -> JSONObject:
    """The same for a result, where no field is promised: an error or a preview comes in its place."""
    return {key: value for key, value in lean(schema).items() if key not in ("required", "description")}


def _lean_value(key: str, value: Any) -> Any:
    if key in _NAMED_CHILDREN:
        return {name: lean(child) for name, child in value.items()}
    if isinstance(value, dict):
        return lean(value)
    if key in ("anyOf", "allOf", "oneOf"):
        return [lean(option) for option in value]
    return value
