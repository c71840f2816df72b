"""Checks the facility's own OpenAPI document for the operations that we call."""

from __future__ import annotations

import re
from typing import Any

from alcf_mcp.doctor.check import Check, Health
from alcf_mcp.iri.operations import OPERATIONS, Operation

_PLACEHOLDER = re.compile(r"\{[^}]*\}")


def compare(document: Any) -> Check:
    """Compare the client's operations with an OpenAPI document."""
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        return Check(name="contract", verdict=Health.NOTE, seen="The facility serves no OpenAPI document")
    described = {
        (method.upper(), _shape(path))
        for path, methods in paths.items()
        if isinstance(methods, dict)
        for method in methods
    }
    lacking = [operation for operation in OPERATIONS.values() if not _is_among(operation, described)]
    if not lacking:
        return Check(name="contract", verdict=Health.GOOD, seen=f"It has all {len(OPERATIONS)} operations")
    names = ", ".join(sorted(operation.id for operation in lacking))
    return Check(
        name="contract",
        verdict=Health.NOTE,
        seen=f"It lacks {len(lacking)} of {len(OPERATIONS)} operations: {names}",
        cure="Tools that need them can't work there. Check for a newer alcf-mcp.",
    )


def _is_among(operation: Operation, described: set[tuple[str, str]]) -> bool:
    shape = _shape(operation.path)
    return any(method == operation.method and path.endswith(shape) for method, path in described)


def _shape(path: str) -> str:
    return _PLACEHOLDER.sub("{}", path)
