"""What a machine is doing, as figures for views to draw; reports tell the same in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from statistics import median
from typing import Any

from alcf_mcp.activity.models import Activity, ActivityJob
from alcf_mcp.facility.alcf.queues import Machine, Queue

MOST_AHEAD = 20
"""How many reservations are drawn."""


def machine_figures(activity: Activity, table: Machine | None = None) -> dict[str, Any]:
    """A machine's nodes, queues, reservations and maintenance; times are in seconds since the epoch.

    Args:
        activity: its feed.
        table: its queues and their limits, if these are known.
    """
    drawn: dict[str, Any] = {
        "nodes": dict(activity.node_states or {}),
        "queues": _queues(activity, table),
        "reservations": [
            {"name": one.name, "start": one.start, "end": one.end, "nodes": one.nodes}
            for one in activity.reservations[:MOST_AHEAD]
        ],
    }
    if activity.maintenance:
        drawn["maintenance"] = {"start": activity.maintenance.start, "end": activity.maintenance.end}
    if table:
        drawn["limits_as_of"] = table.as_of
    return drawn


def _queues(activity: Activity, table: Machine | None) -> dict[str, dict[str, Any]]:
    """By queue: how long its jobs waited or wait, and its limits."""
    figures: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, limits in _limits(table):
        figures[name] |= limits
    for name, waited in _waits(activity.running, activity.updated).items():
        figures[name]["waited"] = round(median(waited))
    waiting = [job for job in activity.queued if not job.held]
    for name, waits in _waits(waiting, activity.updated).items():
        figures[name]["longest_wait"] = round(max(waits))
    for job in activity.queued:
        if job.held:
            figures[job.queue]["held"] = figures[job.queue].get("held", 0) + 1
    return dict(figures)


def _waits(jobs: Iterable[ActivityJob], now: float) -> dict[str, list[float]]:
    """How long jobs waited until they started, or have waited until now, by their queues."""
    waits: dict[str, list[float]] = defaultdict(list)
    for job in jobs:
        if job.submitted is not None:
            until = now if job.started is None else job.started
            waits[job.queue].append(max(until - job.submitted, 0.0))
    return waits


def _limits(table: Machine | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The limits of each queue that runs jobs; those of a routing queue are its routes'."""
    for queue in table.queues if table else ():
        for place in queue.routes or (queue,):
            yield place.name, _limits_of(place, via=queue)


def _limits_of(place: Queue, *, via: Queue) -> dict[str, Any]:
    limits: dict[str, Any] = {"limit_nodes": list(place.nodes), "limit_walltime": list(place.walltime)}
    if place is not via:
        limits["via"] = via.name
    if via.by_request:
        limits["by_request"] = True
    if jobs := place.max_jobs_per_user or via.max_jobs_per_user:
        limits["limit_jobs"] = jobs
    return limits
