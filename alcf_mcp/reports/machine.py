"""Reports on what a machine is doing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import PrivateAttr

from alcf_mcp.activity.models import Activity, ActivityJob, Maintenance, Reservation
from alcf_mcp.activity.scene import usable_nodes
from alcf_mcp.activity.unknown import NotKnown
from alcf_mcp.facility.alcf.queues import Machine
from alcf_mcp.reports.facts import Facts, Result
from alcf_mcp.reports.machine_figures import machine_figures
from alcf_mcp.reports.text import clock
from alcf_mcp.wording import count, named

MOST_QUEUES, MOST_RESERVATIONS, MOST_NOTICES = 20, 10, 3


class QueueLoad(Facts):
    """The jobs of a queue, and the nodes that they have or ask for."""

    queue: str
    running: int = 0
    running_nodes: int = 0
    queued: int = 0
    queued_nodes: int = 0

    def phrase(self) -> str:
        """The queue in a few words."""
        return f"{self.queue} {self.running}/{self.queued}"


class MachineActivity(Result):
    """What a machine is doing, by its public activity feed."""

    machine: str
    as_of: datetime
    nodes_in_use: int | None = None
    nodes_free: int | None = None
    nodes_down: int | None = None
    running: int = 0
    queued: int = 0
    queues: list[QueueLoad] = []
    maintenance: str | None = None
    reservations: list[str] = []
    notices: list[str] = []
    _figures: dict[str, Any] = PrivateAttr(default_factory=dict)

    @classmethod
    def of(cls, machine: str, activity: Activity, table: Machine | None = None) -> MachineActivity:
        """Describe what a machine is doing.

        Args:
            machine: its name.
            activity: its feed.
            table: its queues and their limits, if these are known.
        """
        usable = usable_nodes(activity.node_states)
        in_use = min(sum(job.nodes for job in activity.running), usable)
        known = bool(activity.node_states)
        told = cls(
            machine=machine,
            as_of=_moment(activity.updated),
            nodes_in_use=in_use if known else None,
            nodes_free=usable - in_use if known else None,
            nodes_down=sum((activity.node_states or {}).values()) - usable if known else None,
            running=len(activity.running),
            queued=len(activity.queued),
            queues=_loads(activity)[:MOST_QUEUES],
            maintenance=_maintenance(activity.maintenance),
            reservations=[_reservation(one) for one in activity.reservations[:MOST_RESERVATIONS]],
            notices=list(activity.notices[:MOST_NOTICES]),
        )
        told._figures = machine_figures(activity, table)
        return told

    def drawn(self) -> dict[str, Any]:
        """Its nodes, queues, reservations and maintenance in figures."""
        return {"machine": self._figures}

    def phrase(self) -> str:
        """All of it in one sentence, without its period."""
        if self.maintenance and not self.queues:
            return self.maintenance
        loads = ", ".join(load.phrase() for load in self.queues)
        parts = [
            self._nodes(),
            f"{count(self.running, 'job')} running, {self.queued} queued" + (f" ({loads})" if loads else ""),
            self.maintenance,
            *self.reservations[:2],
        ]
        return "; ".join(part for part in parts if part)

    def _nodes(self) -> str | None:
        if self.nodes_in_use is None:
            return None
        return f"{count(self.nodes_in_use, 'node')} in use, {self.nodes_free} free, {self.nodes_down} down"

    def text(self) -> str:
        """One fact a line."""
        jobs = f"{count(self.running, 'job')} running, {self.queued} queued"
        queues = [
            f"{load.queue}: {load.running} running on {count(load.running_nodes, 'node')}, "
            f"{load.queued} queued for {count(load.queued_nodes, 'node')}"
            for load in self.queues
        ]
        head = f"{self.machine}, as of {clock(self.as_of)}"
        lines = [head, self._nodes(), jobs, *queues, self.maintenance, *self.reservations, *self.notices]
        return "\n".join(line for line in lines if line)


class NoActivity(Result):
    """A machine whose activity is not known."""

    machine: str
    not_known: str

    def text(self) -> str:
        """One sentence."""
        return unknown_activity([self.machine], self.not_known)


def unknown_activity(machines: Sequence[str], reason: str) -> str:
    """Say that what machines are doing is not known, and why."""
    return f"What {named(machines)} {'is' if len(machines) == 1 else 'are'} doing is not known: {reason}."


def machine_activity(
    machine: str, activity: Activity | NotKnown, table: Machine | None = None
) -> MachineActivity | NoActivity:
    """Describe what a machine is doing, or why that is not known.

    Args:
        machine: its name.
        activity: its feed.
        table: its queues and their limits, if these are known.
    """
    if isinstance(activity, NotKnown):
        return NoActivity(machine=machine, not_known=activity.reason)
    return MachineActivity.of(machine, activity, table)


def _loads(activity: Activity) -> list[QueueLoad]:
    """The load of each queue, the one with the most jobs first."""
    running, queued = _by_queue(activity.running), _by_queue(activity.queued)
    loads = [
        QueueLoad(
            queue=queue,
            running=running.jobs[queue],
            running_nodes=running.nodes[queue],
            queued=queued.jobs[queue],
            queued_nodes=queued.nodes[queue],
        )
        for queue in {**running.jobs, **queued.jobs}
    ]
    return sorted(loads, key=lambda load: (-load.running - load.queued, load.queue))


class _Counted:
    def __init__(self) -> None:
        self.jobs: Counter[str] = Counter()
        self.nodes: Counter[str] = Counter()


def _by_queue(jobs: Sequence[ActivityJob]) -> _Counted:
    counted = _Counted()
    for job in jobs:
        counted.jobs[job.queue] += 1
        counted.nodes[job.queue] += job.nodes
    return counted


def _maintenance(maintenance: Maintenance | None) -> str | None:
    return f"maintenance {_span(maintenance.start, maintenance.end)}" if maintenance else None


def _reservation(one: Reservation) -> str:
    nodes = "" if one.nodes is None else f" ({count(one.nodes, 'node')})"
    return f"reservation {one.name!r}{nodes} {_span(one.start, one.end)}"


def _span(start: float | None, end: float | None) -> str:
    begins = "" if start is None else f"from {clock(_moment(start))} "
    return begins + ("without a known end" if end is None else f"to {clock(_moment(end))}")


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
