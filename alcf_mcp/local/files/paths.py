"""ALCF's rules for paths (ALCF's deployment of the API, 2026-08)."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from alcf_mcp.local.catalog import STORAGES, Storage
from alcf_mcp.local.problems import Problem

_ALLOWED = re.compile(r"[\w\-./\\]+")


def check_path(path: str, storage: Storage) -> str:
    """Check a path for a storage resource, and normalise its slashes.

    Another user's home passes this check: it fails later, in the task.

    Raises:
        Problem: 400 with the reason.
    """
    if not _ALLOWED.fullmatch(path):
        raise invalid_input("Path contains forbidden characters.")
    if not path.startswith("/"):
        raise invalid_input("Path must be absolute.")
    if {".", ".."} & set(path.split("/")):
        raise invalid_input("Path cannot contain '.' or '..' segments.")
    normal = PurePosixPath(path)
    if not any(_below(normal, other) for other in STORAGES):
        roots = ", ".join(base for other in STORAGES for base in other.bases)
        raise invalid_input(f"Path must start with one of: {roots}.")
    if not _below(normal, storage):
        roots = ", ".join(storage.bases)
        raise invalid_input(f"400: Allowed base paths for filesystem {storage.name} are: {roots}.")
    return str(normal)


def invalid_input(reason: str) -> Problem:
    """The refusal of a request that fits the schema."""
    return Problem(400, f"Input validation error: {reason}")


def _below(path: PurePosixPath, storage: Storage) -> bool:
    return any(path.is_relative_to(base) for base in storage.bases)
