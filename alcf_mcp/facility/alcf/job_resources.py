"""What a job's ``custom_attributes`` may set: PBS resources that don't affect cost, account, queue or time.

All others are refused, with the argument to use instead. The table is ``data/job_resources.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache

from pydantic import BaseModel

from alcf_mcp.data import read
from alcf_mcp.iri.errors import InvalidCall

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VALUE = re.compile(r"[A-Za-z0-9_.:=+/@^%~-]+")
"""No comma: PBS reads it as the end of one resource and the start of the next."""


class _Refused(BaseModel, frozen=True, extra="forbid"):
    names: tuple[str, ...]
    use: str

    def covers(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.names)


class _ResourceTable(BaseModel, frozen=True, extra="forbid"):
    as_of: str
    sources: tuple[str, ...]
    known: frozenset[str]
    refused: tuple[_Refused, ...]


@cache
def _table() -> _ResourceTable:
    return _ResourceTable.model_validate(tomllib.loads(read("job_resources.toml")))


def checked_resources(resources: Mapping[str, str]) -> dict[str, str]:
    """Return the PBS resources if a job may set them all.

    Raises:
        InvalidCall: one must be set by its own argument, or a name or value has characters that PBS would
            misread.
    """
    for name, value in resources.items():
        _refuse_malformed(name, value)
        if use := _instead(name):
            raise InvalidCall(f"`custom_attributes` can't set {name!r}", hint=f"Leave {name!r} out: {use}.")
    return dict(resources)


def unknown_resources(names: Iterable[str]) -> list[str]:
    """The names of resources whose effect on a job is unknown."""
    return [name for name in names if name.lower() not in _table().known]


def _instead(name: str) -> str | None:
    """What to do instead of setting a resource; ``None`` if it may be set."""
    if len(name) == 1:
        return f"a single letter is an option of qsub (-{name}), not a resource"
    return next((refused.use for refused in _table().refused if refused.covers(name.lower())), None)


def _refuse_malformed(name: str, value: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidCall(
            f"{name!r} in `custom_attributes` is not the name of a PBS resource",
            hint='A name consists of letters, digits and \'_\': {"place": "scatter"}.',
        )
    if not _VALUE.fullmatch(value):
        raise InvalidCall(
            f"The value of {name!r} in `custom_attributes` is empty, or contains white space, a comma, a "
            f"quote or another character that is not allowed: {value!r}",
            hint="Give each PBS resource its own entry, with a plain value.",
        )
