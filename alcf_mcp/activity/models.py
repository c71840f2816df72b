"""What a machine is doing, as its public activity feed tells it.

The feed shows everyone's jobs by number, without users or job names. Times are in seconds since the epoch,
walltimes in seconds (ALCF's feed at status.alcf.anl.gov, 2026-08).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActivityJob:
    """A job in the feed.

    Attributes:
        number: its number, with which its id in the API begins.
        queue: the queue it is in; not a routing queue.
        project: the project it is charged to.
        nodes: how many nodes it requests or has.
        walltime: how long it may run.
        submitted: when it was submitted; ``None`` if the feed does not tell.
        score: queued jobs with higher scores start sooner; ``None`` for a job that has started.
        started: when it started; ``None`` for a queued job.
        location: names of the nodes that it runs on.
        held: whether it waits for a hold to be released, and not for nodes.
    """

    number: int
    queue: str
    project: str
    nodes: int
    walltime: float
    submitted: float | None = None
    score: float | None = None
    started: float | None = None
    location: tuple[str, ...] = ()
    held: bool = False

    @property
    def node_hours(self) -> float:
        """Node hours that it takes at most."""
        return self.nodes * self.walltime / 3600


@dataclass(frozen=True, slots=True)
class Reservation:
    """Nodes that are set aside for a while.

    Attributes:
        name: its name, which may also be that of a queue.
        start: when it begins.
        end: when it ends; ``None`` if the feed does not tell.
        nodes: how many nodes it takes; ``None`` if the feed does not tell.
    """

    name: str
    start: float
    end: float | None
    nodes: int | None


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A time when the machine runs no jobs; ``None`` where the feed does not tell."""

    start: float | None
    end: float | None


@dataclass(frozen=True)
class Activity:
    """What a machine was doing at one moment.

    Attributes:
        machine: its name in lower case, such as ``polaris``.
        updated: when the feed was written.
        running: jobs that run or are about to.
        queued: jobs that wait, the next to start first.
        reservations: current and future ones.
        maintenance: the maintenance it is in; then nothing else is known.
        node_states: how many nodes are in each state, such as ``{"allocated": 412, "free": 31, "down": 9}``.
        notices: the machine's messages of the day.
    """

    machine: str
    updated: float
    running: tuple[ActivityJob, ...] = ()
    queued: tuple[ActivityJob, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    maintenance: Maintenance | None = None
    node_states: Mapping[str, int] | None = None
    notices: tuple[str, ...] = ()
