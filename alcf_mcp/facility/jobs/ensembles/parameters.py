"""The parameters of an ensemble's members, from CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from alcf_mcp.iri.errors import InvalidCall
from alcf_mcp.wording import count

Parameters = Mapping[str, str]
"""The parameters of one member by name; each becomes an environment variable."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_BASHS_OWN = frozenset(
    (
        "_",
        "BASHOPTS",
        "BASHPID",
        "BASH_ARGV0",
        "BASH_COMMAND",
        "BASH_SUBSHELL",
        "BASH_VERSINFO",
        "COMP_WORDBREAKS",
        "DIRSTACK",
        "EPOCHREALTIME",
        "EPOCHSECONDS",
        "EUID",
        "FUNCNAME",
        "GROUPS",
        "HISTCMD",
        "LINENO",
        "OPTIND",
        "PPID",
        "RANDOM",
        "SECONDS",
        "SHELLOPTS",
        "SRANDOM",
        "UID",
        "PBS_NODEFILE",
    )
)
"""Variables that can't be set, or do not keep what they are set to (bash's manual)."""

_FORMS = (
    'Write CSV with a line of names first ("SEED,RATE\\n1,0.1\\n2,0.2"), or a JSON list of objects '
    '([{"SEED": 1, "RATE": 0.1}]).'
)


def parse_members(text: str) -> tuple[Parameters, ...]:
    """The parameters of each member: CSV with a line of names, or a JSON list of objects.

    A JSON value that is not text is written as JSON does; ``null`` sets nothing.

    Raises:
        InvalidCall: the text is neither, or a name or a value can't be that of an environment variable.
    """
    text = text.removeprefix("\ufeff")
    members = _from_json(text) if text.lstrip().startswith(("[", "{")) else _from_csv(text)
    if not members:
        raise InvalidCall("The ensemble has no members", hint=_FORMS)
    for name in dict.fromkeys(name for member in members for name in member):
        _refuse_odd_name(name)
    for number, member in enumerate(members, 1):
        for name, value in member.items():
            if "\0" in value:
                raise InvalidCall(f"{name} of member {number} contains a NUL byte", hint="Write plain text.")
    return tuple(members)


def _from_json(text: str) -> list[dict[str, str]]:
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise InvalidCall(f"The ensemble is not valid JSON: {error}", hint=_FORMS) from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidCall("The ensemble is not a JSON list of objects", hint=_FORMS)
    return [{name: _as_text(value) for name, value in row.items() if value is not None} for row in rows]


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _from_csv(text: str) -> list[dict[str, str]]:
    try:
        names, *rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except (csv.Error, ValueError) as error:
        raise InvalidCall(f"The ensemble is not valid CSV: {error}", hint=_FORMS) from None
    names = [name.strip() for name in names]
    if len(set(names)) < len(names):
        raise InvalidCall("The ensemble names a parameter twice in its first line", hint=_FORMS)
    for number, row in enumerate(rows, 1):
        _refuse_uneven(number, names, row)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _refuse_uneven(number: int, names: Sequence[str], row: Sequence[str]) -> None:
    if len(row) != len(names):
        there, wanted = count(len(row), "value"), count(len(names), "parameter")
        raise InvalidCall(
            f"Member {number} of the ensemble has {there} for {wanted}",
            hint='A value with a comma or a line end needs double quotes around it: "a, b".',
        )


def _refuse_odd_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidCall(
            f"{name!r} can't be the name of a parameter, which becomes an environment variable",
            hint=f"Use letters, digits and '_', and no digit at the start. {_FORMS}",
        )
    if name in _BASHS_OWN or name.startswith("ENSEMBLE_"):
        raise InvalidCall(f"The name {name} is already used by the shell", hint="Choose another name.")
