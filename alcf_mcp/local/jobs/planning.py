"""The scheduler's decisions: which waiting jobs start now, and on which nodes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from alcf_mcp.local.catalog import LocalMachine

_MOST_JOBS = 10**9  # more than there ever are, so that a queue's priority always counts for more


@dataclass(frozen=True, slots=True)
class WaitingJob:
    """A queued job; ``walltime`` is in seconds."""

    number: int
    queue: str
    node_count: int
    walltime: float


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A running job; ``ends`` is when its walltime runs out, in seconds since the epoch."""

    queue: str
    nodes: tuple[str, ...]
    ends: float


def plan(
    machine: LocalMachine, waiting: Sequence[WaitingJob], running: Sequence[RunningJob], now: float
) -> dict[int, tuple[str, ...]]:
    """Choose the jobs that start now.

    Jobs start in order of their queue's priority, then of submission. The first job that does not fit on the
    free nodes gets a reservation; later jobs start before it only if they do not delay it.

    Args:
        machine: the machine.
        waiting: its queued jobs.
        running: its running jobs.
        now: the time, in seconds since the epoch.

    Returns:
        The nodes of each job that starts, by job number.
    """
    busy = {node for job in running for node in job.nodes}
    free = [node for node in machine.nodes if node not in busy]
    active = list(running)
    in_queue = Counter(job.queue for job in running)
    starts: dict[int, tuple[str, ...]] = {}
    reserved_at: float | None = None
    spare = 0

    for job in sorted(waiting, key=lambda job: -score(machine, job.queue, job.number)):
        queue = machine.queue(job.queue)
        if queue and queue.max_running is not None and in_queue[job.queue] >= queue.max_running:
            continue
        if job.node_count > len(machine.nodes):
            continue  # it never starts, and must not hold up others
        fits = job.node_count <= len(free)
        if reserved_at is not None and now + job.walltime > reserved_at:
            fits = fits and job.node_count <= spare
            spare -= job.node_count if fits else 0
        elif not fits and reserved_at is None:
            reserved_at, spare = _reservation(job, len(free), active, now)
        if fits:
            nodes, free = tuple(free[: job.node_count]), free[job.node_count :]
            starts[job.number] = nodes
            in_queue[job.queue] += 1
            active.append(RunningJob(job.queue, nodes, now + job.walltime))
    return starts


def score(machine: LocalMachine, queue_name: str, number: int) -> int:
    """The score of a waiting job: the higher it is, the sooner the job starts."""
    queue = machine.queue(queue_name)
    return (queue.priority if queue else 0) * _MOST_JOBS - number


def _reservation(job: WaitingJob, free: int, active: Sequence[RunningJob], now: float) -> tuple[float, int]:
    """The latest time at which a job gets its nodes, and how many nodes are left over then."""
    for other in sorted(active, key=lambda other: other.ends):
        free += len(other.nodes)
        if free >= job.node_count:
            return max(other.ends, now), free - job.node_count
    return math.inf, 0
