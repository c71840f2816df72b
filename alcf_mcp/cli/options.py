"""The options that commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Facility = Annotated[
    str | None, typer.Option(help="ALCF, or the embedded local facility.", metavar="alcf|local")
]
StateDir = Annotated[
    str | None, typer.Option(help="Directory for the journal and the local facility.", metavar="DIRECTORY")
]
