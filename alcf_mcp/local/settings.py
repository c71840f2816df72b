"""The settings of a local facility."""

from __future__ import annotations

import getpass
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, NonNegativeFloat

from alcf_mcp.local.catalog import MACHINES, PROJECTS, Grant, LocalMachine

Seconds = Annotated[float, Field(ge=0)]
Latency = Seconds | tuple[Seconds, Seconds]
"""Seconds, or the range out of which every task draws its own."""

RootDirectory = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]

Profile = Literal["alcf", "full"]


def login_name() -> str:
    """The person's login name, reduced to what ALCF allows in one; ``user`` where there is none."""
    try:
        name = getpass.getuser().lower()
    except (OSError, KeyError, ImportError):
        return "user"
    return re.sub(r"[^a-z0-9_-]", "", name).lstrip("0123456789_-")[:32] or "user"


class LocalSettings(BaseModel):
    """How a local facility behaves.

    Attributes:
        root: the directory that holds everything: ``tree/``, ``facility.sqlite``, ``jobs/``, ``token``.
        profile: ``alcf`` answers as ALCF does, gaps and quirks included; ``full`` implements the whole
            standard.
        task_latency: seconds from the acceptance of a filesystem task to its end.
        operation_latency: the same for single operations (``ls``, ``head``…), over ``task_latency``.
        idempotency: what becomes of a job's ``Idempotency-Key``: it is honoured (``store``), or answered with
            501 as by a server that keeps none (``none``). ``None`` is what the profile does: ``full`` honours
            it, ``alcf`` ignores it.
        held_names: jobs whose names match are held when they are submitted, as a site's hook may do.
        username: the one user of the facility.
        confine: run jobs in bubblewrap: where it works (``None``), never (``False``), or else not at
            all (``True``).
        tick: seconds between two steps of the scheduler.
        kill_grace: seconds between a job's SIGTERM and its SIGKILL.
        machines: the machines that run jobs.
        projects: the projects and their allocations.
    """

    model_config = ConfigDict(frozen=True)

    root: RootDirectory
    profile: Profile = "alcf"
    task_latency: Latency = 0.05
    operation_latency: dict[str, Latency] = {}
    idempotency: Literal["store", "none"] | None = None
    held_names: re.Pattern[str] | None = None
    username: str = Field(default_factory=login_name, pattern=r"^[a-z][a-z0-9_-]{0,31}$")
    confine: bool | None = None
    tick: Annotated[float, Field(gt=0)] = 0.1
    kill_grace: NonNegativeFloat = 2.0
    machines: tuple[LocalMachine, ...] = MACHINES
    projects: tuple[Grant, ...] = PROJECTS

    @property
    def full(self) -> bool:
        """Whether the whole standard is implemented."""
        return self.profile == "full"
