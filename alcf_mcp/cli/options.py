"""The options and arguments that commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import typer

from alcf_mcp.cli.completing import job_ids, machines
from alcf_mcp.config import SettingsError

T = TypeVar("T")

Facility = Annotated[
    str | None,
    typer.Option(
        help="ALCF, or the embedded local facility.",
        metavar="alcf|local",
        autocompletion=lambda: ["alcf", "local"],
    ),
]
StateDir = Annotated[
    str | None, typer.Option(help="Directory for the journal and the local facility.", metavar="DIRECTORY")
]
AsJSON = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
JobIdArgument = Annotated[
    str,
    typer.Argument(help="A job's id, or just the number that it begins with.", autocompletion=job_ids),
]
OnMachine = Annotated[
    str | None,
    typer.Option("--resource", help="The machine, if the id does not say.", autocompletion=machines),
]
OnlyMember = Annotated[int | None, typer.Option("--member", help="Only this member of an ensemble.", min=1)]
PathArgument = Annotated[str, typer.Argument(help="An absolute path at the facility.")]


def check_choice(option: str, value: str, choices: Sequence[str]) -> None:
    """Check an option that takes one of a few words.

    Raises:
        SettingsError: it is another.
    """
    if value not in choices:
        raise SettingsError(f"{option} {value}: choose from {', '.join(choices)}")


def parsed(option: str, parse: Callable[[str], T], value: str) -> T:
    """Parse an option as the tools parse the same text.

    Raises:
        SettingsError: it can't be parsed.
    """
    from alcf_mcp.iri.errors import InvalidCall  # noqa: PLC0415 - loaded where it is used

    try:
        return parse(value)
    except InvalidCall as error:
        raise SettingsError(f"{option}: {error}. {error.hint}") from None
