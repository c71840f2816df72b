"""The options and arguments that commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from alcf_mcp.cli.completing import job_ids, machines

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
PathArgument = Annotated[str, typer.Argument(help="An absolute path at the facility.")]
