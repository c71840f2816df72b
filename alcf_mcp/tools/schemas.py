"""Lean JSON schemas: every byte of a tool's definition is paid for in every conversation."""

from __future__ import annotations

from typing import Any

JSONObject = dict[str, Any]

_NAMED_CHILDREN = ("properties", "$defs")
_LENGTHS = ("minLength", "maxLength")


def lean(schema: JSONObject) -> JSONObject:
    """Drop what tells a reader nothing: generated titles, ``null`` alternatives, empty defaults.

    An optional argument may be left out, so the schema need not say that ``null`` is accepted too. Nor need
    it say that there are no other arguments: a caller that tries one gets an error that lists the real ones.
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


def lean_input(schema: JSONObject) -> JSONObject:
    """Make the schema of arguments lean, within what all model APIs take.

    OpenAI's strict mode takes neither defaults nor lengths of texts: a default is named in the description
    instead, and the server checks lengths itself. It also makes a model give every argument: where there is
    neither a default to repeat nor an empty text or list, the schema admits ``null``.
    """
    leaned = lean(schema)
    required = leaned.get("required", ())
    properties = {
        name: _plain(child, required=name in required) for name, child in leaned.get("properties", {}).items()
    }
    return {**leaned, "properties": properties}


def _plain(argument: JSONObject, *, required: bool) -> JSONObject:
    kept = {key: value for key, value in argument.items() if key not in ("default", *_LENGTHS)}
    if argument.get("default"):
        default = argument["default"]
        said = ", ".join(default) if isinstance(default, list) else default
        kept["description"] = f"{kept.get('description', '')} (default {said})".strip()
    has_no_empty = kept.get("type") in ("integer", "number") or "enum" in kept
    if required or "default" in argument or not has_no_empty:
        return kept
    return {"anyOf": [kept, {"type": "null"}]}  # the form that most libraries convert without loss


def lean_output(schema: JSONObject) -> JSONObject:
    """Make a result's schema lean; no field is required, as an error or a preview may replace the result."""
    return {key: value for key, value in lean(schema).items() if key not in ("required", "description")}


def _lean_value(key: str, value: Any) -> Any:
    if key in _NAMED_CHILDREN:
        return {name: lean(child) for name, child in value.items()}
    if isinstance(value, dict):
        return lean(value)
    if key in ("anyOf", "allOf", "oneOf"):
        return [lean(option) for option in value]
    return value
