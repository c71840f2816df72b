"""``alcf-mcp auth``: the state of the sign-in."""

from __future__ import annotations

import json
import sys
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alcf_mcp.cli.showing import clock_of
from alcf_mcp.config import load_settings

if TYPE_CHECKING:
    from alcf_mcp.auth import AuthStatus

auth = typer.Typer(help="Show the state of your sign-in.", no_args_is_help=True)


class Units(Enum):
    """Units for the time left."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"

    @property
    def seconds(self) -> int:
        """The number of seconds in one unit."""
        return {"seconds": 1, "minutes": 60, "hours": 3600}[self.value]


@auth.callback()
def about() -> None:
    """Show the state of your sign-in."""


@auth.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    units: Annotated[Units, typer.Option(help="Unit for the time left.")] = Units.MINUTES,
) -> None:
    """Show who is signed in, where the token comes from, and how long it lasts. Exits with 1 if nobody is."""
    settings = load_settings()
    from alcf_mcp.auth import Auth  # noqa: PLC0415 - loaded where it is used

    found = Auth.of(settings).status_in_files()
    facts = _facts(found, units)
    if as_json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        _show(facts)
    if not found.has_token:
        raise typer.Exit(1)


def _facts(found: AuthStatus, units: Units) -> dict[str, Any]:
    signed_in, left = found.signed_in, found.seconds_left
    again_by = signed_in.again_by if signed_in else None
    facts = {
        "signed_in": found.has_token,
        "source": found.source,
        "identity": signed_in.identity if signed_in else None,
        "store": found.store,
        "token_valid_until": clock_of(signed_in.expires_at) if signed_in else None,
        "time_left": None if left is None else round(left / units.seconds, 2),
        "units": None if left is None else units.value,
        "sign_in_again_by": clock_of(again_by) if again_by else None,
        "seven_days_over": found.session_over or None,
        "problem": f"{str(found.problem).rstrip('.')}. {found.problem.hint}" if found.problem else None,
        "remarks": found.remarks or None,
        "next_step": None if found.has_token and not found.session_over else "alcf-mcp login",
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _show(facts: dict[str, Any]) -> None:
    from rich.console import Console  # noqa: PLC0415 - loaded where it is used
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(show_header=False, box=None, pad_edge=False)
    for name, fact in facts.items():
        shown = "\n".join(fact) if isinstance(fact, list) else str(fact)
        table.add_row(name.replace("_", " "), Text({"True": "yes", "False": "no"}.get(shown, shown)))
    Console(highlight=False).print(table)
