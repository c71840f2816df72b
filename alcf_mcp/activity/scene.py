"""What a replay begins with, out of a machine's activity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from alcf_mcp.activity.models import Activity, ActivityJob, Reservation
from alcf_mcp.activity.plan import Block, Plan, ReplayedJob

USABLE = frozenset({"free", "allocated", "busy", "job-busy", "job-exclusive", "resv-exclusive", "reserved"})
"""States of nodes that run jobs, or could; all others, such as down and offline, don't."""

SETTLED = 600.0
"""Seconds after which a job that fits on free nodes would have started, were it free to."""


@dataclass(frozen=True)
class Scene:
    """A machine at one moment.

    Attributes:
        now: when, in seconds since the epoch.
        nodes: how many nodes are usable.
        free: how many of these no job has; below zero if the feed shows more jobs than nodes.
        running: jobs that run outside of reservations.
        queued: jobs that wait for nodes outside of reservations, the highest score first.
        blocks: nodes that reservations and maintenance keep, each until it ends.
        uncertain: the same for reservations whose number of nodes the feed does not tell, if they take all.
    """

    now: float
    nodes: int
    free: int
    running: tuple[ActivityJob, ...]
    queued: tuple[ActivityJob, ...]
    blocks: tuple[Block, ...]
    uncertain: tuple[Block, ...] = ()

    @classmethod
    def of(cls, activity: Activity) -> Scene:
        """Return how a machine is, according to its feed."""
        apart = {reservation.name for reservation in activity.reservations}
        running = tuple(job for job in activity.running if job.queue not in apart)
        queued = tuple(job for job in activity.queued if job.queue not in apart and not job.held)
        nodes = usable_nodes(activity.node_states)
        known = [_block(one, activity) for one in activity.reservations if one.nodes is not None]
        uncertain = [
            Block(one.start, _end(one.end), nodes) for one in activity.reservations if one.nodes is None
        ]
        if activity.maintenance:
            start = activity.maintenance.start
            begins = activity.updated if start is None else start
            known.append(Block(begins, _end(activity.maintenance.end), nodes))
        return cls(
            now=activity.updated,
            nodes=nodes,
            free=nodes - sum(job.nodes for job in running),
            running=running,
            queued=tuple(sorted(queued, key=_order)),
            blocks=tuple(block for block in known if block.end > activity.updated),
            uncertain=tuple(block for block in uncertain if block.end > activity.updated),
        )

    def plan(self) -> Plan:
        """Return which nodes are free when, if all running jobs take their whole walltime."""
        ends = sorted((self.now + self.left(job), job.nodes) for job in self.running)
        return Plan(self.now, self.free, ends, self.blocks)

    def left(self, job: ActivityJob) -> float:
        """How many seconds of its walltime a running job has left."""
        started = self.now if job.started is None else job.started
        return min(max(started + job.walltime - self.now, 0.0), job.walltime)

    @cached_property
    def passed_over(self) -> frozenset[int]:
        """The jobs that could have started a while ago as far as the feed shows, and have not.

        Something that it does not show may keep them: a hold, a limit, a dependency.
        """
        plan, reserved, passed_over = self.plan(), False, set[int]()
        for job in self.queued:
            if plan.room <= 0:
                break
            wanted = ReplayedJob(job.number, job.nodes, job.walltime, job.walltime)
            if plan.fits(wanted):
                if job.submitted is not None and job.submitted > self.now - SETTLED:
                    plan.start(wanted)
                else:
                    passed_over.add(job.number)
            elif not reserved and job.nodes <= self.nodes:
                plan.reserve(wanted)
                reserved = True
        return frozenset(passed_over)


def usable_nodes(states: Mapping[str, int] | None) -> int:
    """Return how many nodes run jobs or could, by the number of nodes in each state."""
    return sum(count for state, count in (states or {}).items() if set(state.lower().split(",")) <= USABLE)


def _order(job: ActivityJob) -> tuple[float, int]:
    return (math.inf if job.score is None else -job.score, job.number)


def _block(reservation: Reservation, activity: Activity) -> Block:
    used = sum(job.nodes for job in activity.running if job.queue == reservation.name)
    return Block(reservation.start, _end(reservation.end), max(reservation.nodes or 0, used))


def _end(time: float | None) -> float:
    return math.inf if time is None else time
