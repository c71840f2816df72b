"""The queues of ALCF's machines, from a dated table: advice before a job is submitted, never a refusal.

The API does not list the queues, and PBS may accept a job into a routing queue and drop it later (ALCF's user
guides, 2026-08). The table may itself be out of date, so all advice based on it states its date.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, BeforeValidator

from alcf_mcp.data import read
from alcf_mcp.facility.walltime import parse_walltime, spoken
from alcf_mcp.wording import count


class Range(NamedTuple):
    """The range that a queue accepts, both ends included."""

    least: int
    most: int

    def holds(self, number: int) -> bool:
        """Whether a number is within the range."""
        return self.least <= number <= self.most


def _in_seconds(walltimes: Any) -> list[int]:
    return [parse_walltime(walltime) for walltime in walltimes]


class Queue(BaseModel, frozen=True, extra="forbid"):
    """A queue and the jobs it accepts; ``walltime`` is in seconds.

    ``routes`` are the queues that a routing queue passes its jobs on to. ``max_jobs_per_user`` counts queued
    and running jobs together; it is ``None`` if no limit is documented.
    """

    name: str
    nodes: Range
    walltime: Annotated[Range, BeforeValidator(_in_seconds)]
    max_jobs_per_user: int | None = None
    by_request: bool = False
    caution: str = ""
    remarks: str = ""
    routes: tuple[Queue, ...] = ()

    def place_of(self, nodes: int) -> Queue | None:
        """The queue that runs a job with this many nodes: this one, or one that it routes to."""
        return next((queue for queue in self.routes or (self,) if queue.nodes.holds(nodes)), None)

    def longest(self, nodes: int) -> int:
        """The longest walltime for a job with this many nodes; 0 if the queue does not accept it."""
        place = self.place_of(nodes)
        return place.walltime.most if place else 0


class Machine(BaseModel, frozen=True, extra="forbid"):
    """A machine and its queues, in order of preference."""

    name: str
    as_of: str
    source: str
    nodes: int
    cores_per_node: int
    gpus_per_node: int
    gpu: str = ""
    charged: str
    filesystems: tuple[str, ...]
    queues: tuple[Queue, ...]

    @property
    def dated(self) -> str:
        """The date of the table, to be put into a sentence."""
        return f"(table of {self.as_of})"

    @property
    def open_queues(self) -> list[Queue]:
        """The queues that are open to all users."""
        return [queue for queue in self.queues if not queue.by_request]

    def queue(self, name: str) -> Queue | None:
        """The queue with this name, in any case."""
        return next((queue for queue in self.queues if _same(queue.name, name)), None)

    def fitting(self, nodes: int, walltime_seconds: int) -> list[Queue]:
        """The open queues that accept such a job, once a walltime below their minimum is raised to it."""
        return [queue for queue in self.open_queues if walltime_seconds <= queue.longest(nodes)]


class _QueueTable(BaseModel, frozen=True, extra="forbid"):
    machines: tuple[Machine, ...]


@cache
def known_machines() -> tuple[Machine, ...]:
    """The machines whose queues are known."""
    return _QueueTable.model_validate(tomllib.loads(read("queues.toml"))).machines


def table_of(machine_name: str) -> Machine | None:
    """The machine with this name, in any case, if its queues are known."""
    return next((machine for machine in known_machines() if _same(machine.name, machine_name)), None)


def suggested_queue(machine_name: str, nodes: int, walltime_seconds: int) -> str | None:
    """The first open queue that accepts such a job; ``None`` if there is none or the machine is unknown."""
    machine = table_of(machine_name)
    fitting = machine.fitting(nodes, walltime_seconds) if machine else []
    return fitting[0].name if fitting else None


def longest_walltime(machine_name: str, queue_name: str | None) -> int | None:
    """The longest walltime, in seconds, that a queue allows; if the queue is unknown, that any queue allows.

    ``None`` if the machine is unknown too.
    """
    machine = table_of(machine_name)
    if machine is None:
        return None
    named = machine.queue(queue_name) if queue_name else None
    queues = (named,) if named else machine.queues
    return max(place.walltime.most for queue in queues for place in (queue, *queue.routes))


def advice(machine_name: str, queue: str, nodes: int, walltime_seconds: int) -> list[str]:
    """Advice about the choice of a queue.

    Returns:
        Sentences with what the table says, its date, and what would fit; empty if there is nothing to say or
        the machine is unknown.
    """
    machine = table_of(machine_name)
    if machine is None:
        return []
    known = machine.queue(queue)
    if known is None:
        return list(_about_unknown(machine, queue.strip(), nodes, walltime_seconds))
    return list(_about(machine, known, nodes, walltime_seconds))


def _about(machine: Machine, queue: Queue, nodes: int, walltime: int) -> Iterator[str]:
    name, dated = f"{queue.name} on {machine.name}", machine.dated
    place, least = queue.place_of(nodes), queue.walltime.least
    if place is None:
        fits = _what_fits(machine, nodes, walltime)
        yield f"{name} takes {_extent(queue.nodes)} {dated}, not {nodes}: {fits}."
    elif walltime > place.walltime.most:
        limit = f"runs {count(nodes, 'node')} for at most {spoken(place.walltime.most)}"
        fits = _what_fits(machine, nodes, walltime)
        yield f"{name} {limit} {dated}, not for {spoken(walltime)}: {fits}."
        if queue.routes:
            yield f"PBS may accept such a job into {queue.name} and then drop it silently."
    elif walltime < least:
        yield f"{name} takes no jobs shorter than {spoken(least)} {dated}: {spoken(least)} would fit."
    if queue.caution:
        yield f"{name} {queue.caution} {dated}."


def _about_unknown(machine: Machine, name: str, nodes: int, walltime: int) -> Iterator[str]:
    for router in machine.queues:
        if any(_same(route.name, name) for route in router.routes):
            yield f"{name} on {machine.name} takes jobs only from {router.name} {machine.dated}: use that."
            yield from _about(machine, router, nodes, walltime)
            return
    names = ", ".join(queue.name for queue in machine.queues)
    fits = _what_fits(machine, nodes, walltime)
    yield f"{machine.name} has no queue {name!r}; it has {names} {machine.dated}: {fits}."


def _what_fits(machine: Machine, nodes: int, walltime: int) -> str:
    """The queues that accept a job, or else the limit of the one that comes closest."""
    if fitting := machine.fitting(nodes, walltime):
        return " or ".join(_with_limits(queue, nodes) for queue in fitting) + " would fit"
    best = max(machine.open_queues, key=lambda queue: queue.longest(nodes))
    if seconds := best.longest(nodes):
        return f"no queue takes {count(nodes, 'node')} for more than {spoken(seconds)} ({best.name})"
    widest = max(machine.open_queues, key=lambda queue: queue.nodes.most)
    return f"no queue takes more than {count(widest.nodes.most, 'node')} ({widest.name})"


def _with_limits(queue: Queue, nodes: int) -> str:
    place = queue.place_of(nodes) or queue
    return f"{queue.name} ({_extent(place.nodes)}, up to {spoken(place.walltime.most)})"


def _extent(nodes: Range) -> str:
    return f"{nodes.least}-{count(nodes.most, 'node')}"


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.strip().casefold()
