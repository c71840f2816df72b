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

_TAKEN = frozenset(
    (
        "_",
        "CDPATH",
        "COMP_WORDBREAKS",
        "DIRSTACK",
        "ENV",
        "EPOCHREALTIME",
        "EPOCHSECONDS",
        "EUID",
        "FUNCNAME",
        "GROUPS",
        "HISTCMD",
        "HOME",
        "IFS",
        "LINENO",
        "OPTIND",
        "PATH",
        "POSIXLY_CORRECT",
        "PPID",
        "PROMPT_COMMAND",
        "PS4",
        "RANDOM",
        "SECONDS",
        "SHELL",
        "SHELLOPTS",
        "SRANDOM",
        "UID",
    )
)
"""Variables that can't be set, lose what they are set to, or change how a shell runs (bash's manual)."""

_TAKEN_PREFIXES = ("BASH", "ENSEMBLE_", "LD_", "PBS_")

_FORMS = (
    'Write CSV with a line of names first ("SEED,RATE\\n1,0.1\\n2,0.2"), or a JSON list of objects '
    '([{"SEED": 1, "RATE": 0.1}]).'
)


def parse_members(text: str) -> tuple[Parameters, ...]:
    """The parameters of each member: CSV with a line of names, or a JSON list of objects.

    A JSON value that is not text is written as JSON does, a number as it is written there; ``null`` sets
    nothing.

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


class _Literal(str):
    """A number as it is written in JSON: 1.50 and 1e3 are not the same text as 1.5 and 1000."""


def _from_json(text: str) -> list[dict[str, str]]:
    try:
        rows = json.loads(text, parse_float=_Literal, parse_int=_Literal, parse_constant=_Literal)
    except ValueError as error:
        raise InvalidCall(f"The ensemble is not valid JSON: {error}", hint=_FORMS) from None
    except RecursionError:
        raise InvalidCall("The ensemble's JSON is nested too deeply", hint=_FORMS) from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidCall("The ensemble is not a JSON list of objects", hint=_FORMS)
    return [{name: _as_text(value) for name, value in row.items() if value is not None} for row in rows]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else _as_json(value)


def _as_json(value: Any) -> str:
    """A value without spaces between its parts, with its numbers as they were written."""
    if isinstance(value, list):
        return f"[{','.join(map(_as_json, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{_as_json(name)}:{_as_json(item)}' for name, item in value.items())}}}"
    return value if isinstance(value, _Literal) else json.dumps(value, ensure_ascii=False)


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
    if name in _TAKEN or name.startswith(_TAKEN_PREFIXES):
        raise InvalidCall(
            f"{name} can't be the name of a parameter: the shell, the linker or the batch system uses it",
            hint=f"Choose another name, such as MY_{name.strip('_')}, and use that in the script.",
        )
