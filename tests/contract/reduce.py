"""Reduce an OpenAPI document to its facts: ``python -m tests.contract.reduce FULL REDUCED``.

This removes prose (titles, descriptions, summaries, examples, tags, headers). It also removes the repetition
of the same response in every operation, and moves it to ``components/responses``. Everything that the checks
use stays.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PROSE = frozenset({"title", "description", "summary", "example", "examples", "tags", "headers", "x-iri"})
_NAMED = frozenset({"properties", "schemas", "paths", "responses", "securitySchemes"})
"""Keys whose values are maps by name: what looks like prose in such a map is a name."""


def reduced(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document reduced to facts."""
    facts: dict[str, Any] = _facts(document)
    facts["info"] = {"title": document["info"]["title"], "version": document["info"]["version"]}
    shared: dict[str, Any] = {}
    for item in facts["paths"].values():
        for operation in item.values():
            answers = operation["responses"]
            for status in [status for status in answers if not status.startswith("2")]:
                answers[status] = _share(answers[status], shared)
    facts["components"]["responses"] = shared
    return facts


def rendered(document: Mapping[str, Any]) -> str:
    """The document as JSON, with one line per operation and per schema, so that diffs are readable."""
    top = {key: value for key, value in document.items() if key not in ("paths", "components")}
    paths = {path: _lines(item, 2) for path, item in document["paths"].items()}
    components = {kind: _lines(parts, 2) for kind, parts in document["components"].items()}
    members = [f'"{key}": {json.dumps(value)}' for key, value in top.items()]
    members += [f'"paths": {_block(paths, 1)}', f'"components": {_block(components, 1)}']
    return "{\n" + ",\n".join(members) + "\n}\n"


def _facts(node: Any, *, named: bool = False) -> Any:
    if isinstance(node, list):
        return [_facts(part) for part in node]
    if not isinstance(node, Mapping):
        return node
    kept = {key: part for key, part in node.items() if named or key not in _PROSE}
    return {
        key: part if key == "default" and not named else _facts(part, named=key in _NAMED and not named)
        for key, part in kept.items()
    }


def _share(answer: Any, shared: dict[str, Any]) -> dict[str, str]:
    name = "Problem" if "content" in answer else "Empty"
    if shared.setdefault(name, answer) != answer:
        raise ValueError(f"two kinds of {name}: {shared[name]} and {answer}")
    return {"$ref": f"#/components/responses/{name}"}


def _lines(parts: Mapping[str, Any], depth: int) -> str:
    return _block({key: json.dumps(part) for key, part in parts.items()}, depth)


def _block(members: Mapping[str, str], depth: int) -> str:
    indent = " " * depth
    inner = ",\n".join(f"{indent}{json.dumps(key)}: {value}" for key, value in members.items())
    return "{\n" + inner + "\n" + " " * (depth - 1) + "}"


if __name__ == "__main__":
    source, target = sys.argv[1:]
    Path(target).write_text(rendered(reduced(json.loads(Path(source).read_text()))))
