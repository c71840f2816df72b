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
"""Seconds, or a range from which every task draws its own latency."""

RootDirectory = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]

Profile = Literal["alcf", "full"]


def login_name() -> str:
    """The user's login name, reduced to the characters that ALCF allows; ``user`` if nothing is left."""
    try:
        name = getpass.getuser().lower()
    except (OSError, KeyError, ImportError):
        return "user"
    return re.sub(r"[^a-z0-9_-]", "", name).lstrip("0123456789_-")[:32] or "user"


class LocalSettings(BaseModel):
    """How a local facility behaves.

    Attributes:
        root: the directory that holds everything: ``tree/``, ``facility.sqlite``, ``jobs/``, ``token``.
        profile: ``alcf`` behaves as ALCF does, gaps and quirks included; ``full`` implements the whole
            standard.
        task_latency: seconds from the acceptance of a filesystem task to its end.
        operation_latency: latency of single operations (``ls``, ``head``…), which overrides
            ``task_latency``.
        idempotency: how a job's ``Idempotency-Key`` is handled: honoured (``store``), or refused with 501 as
            by a server without a store (``none``). With ``None`` the profile decides: ``full`` honours it,
            ``alcf`` ignores it.
        held_names: jobs whose names match are held on submission, as a site's hook may do.
        username: the one user of the facility.
        confine: whether jobs run in bubblewrap: where it works (``None``), never (``False``), or always
            (``True``), in which case the facility does not start without it.
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
