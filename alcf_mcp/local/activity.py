"""The facility's public activity feed, in the form of ALCF's (status.alcf.anl.gov, 2026-08)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from alcf_mcp.local.catalog import HOUR, LocalMachine
from alcf_mcp.local.incidents import Condition, ScheduledIncident
from alcf_mcp.local.jobs.planning import score
from alcf_mcp.local.jobs.records import ACTIVE, HELD, JobRecord

_MAINTENANCE_SECONDS = 8 * HOUR
"""How long a maintenance lasts that nobody announced."""


def activity_of(
    machine: LocalMachine,
    jobs: Sequence[JobRecord],
    condition: Condition,
    incidents: Iterable[ScheduledIncident],
    now: float,
) -> dict[str, Any]:
    """Return a machine's feed as JSON.

    Args:
        machine: the machine.
        jobs: its jobs that have not ended.
        condition: its status.
        incidents: those of the whole facility.
        now: the time, in seconds since the epoch.
    """
    concerned = [one for one in incidents if machine.id in one.resource_ids and one.resolution != "completed"]
    current = [one for one in concerned if one.start <= now < (one.end or now + 1)]
    if condition.status == "down":
        return _maintenance(condition, current)
    planned = [one for one in concerned if one.start > now and one.status == "down"]
    active = [job for job in jobs if job.state == ACTIVE]
    return {
        "updated": int(now),
        "running": [_running(job, now) for job in active],
        "starting": [],
        "queued": [_queued(machine, job, now) for job in jobs if job.state != ACTIVE],
        "reservation": [_reservation(machine, one, now) for one in planned],
        "motd_info": [_notice(machine, one) for one in current],
        "nodeinfo": _nodes(machine, active),
        "dimensions": {"rows": 1, "racks": 1, "subdivisions": len(machine.nodes)},
    }


def _maintenance(condition: Condition, current: Iterable[ScheduledIncident]) -> dict[str, Any]:
    """A machine that is down is in maintenance, announced or not."""
    announced = next((one for one in current if one.status == "down"), None)
    start = announced.start if announced else condition.last_modified
    end = announced.end if announced and announced.end else start + _MAINTENANCE_SECONDS
    return {"maint": True, "start": int(start), "end": int(end)}


def _running(job: JobRecord, now: float) -> dict[str, Any]:
    started = job.started or now
    return {
        **_common(job),
        "state": "running",
        "location": list(job.nodes),
        "starttime": f"{started:.1f}",
        "runtimef": _clock(now - started),
        "color": f"#{job.number * 0x9E3779 % 0x1000000:06x}",
    }


def _queued(machine: LocalMachine, job: JobRecord, now: float) -> dict[str, Any]:
    return {
        **_common(job),
        "state": "held" if job.state == HELD else "queued",
        "starttime": "N/A",
        "score": float(score(machine, job.queue, job.number)),
        "queuedtimef": _clock(now - job.submitted),
    }


def _common(job: JobRecord) -> dict[str, Any]:
    """What is told of every job: neither its user nor its name."""
    return {
        "jobid": job.id,
        "nodes": job.node_count,
        "project": job.account,
        "queue": job.queue,
        "mode": "script",
        "submittime": int(job.submitted),
        "walltime": job.walltime,
        "walltimef": _clock(job.walltime),
    }


def _nodes(machine: LocalMachine, active: Iterable[JobRecord]) -> dict[str, dict[str, str]]:
    busy = {node for job in active for node in job.nodes}
    return {node: {"state": "allocated" if node in busy else "free"} for node in machine.nodes}


def _reservation(machine: LocalMachine, incident: ScheduledIncident, now: float) -> dict[str, Any]:
    """A planned maintenance, for which all nodes are set aside."""
    duration = (incident.end or incident.start + _MAINTENANCE_SECONDS) - incident.start
    return {
        "name": incident.name,
        "queue": "maintenance",
        "nodes": len(machine.nodes),
        "start": int(incident.start),
        "startf": _date(incident.start),
        "duration": int(duration),
        "durationf": _clock(duration),
        "tminus": _clock(incident.start - now),
    }


def _notice(machine: LocalMachine, incident: ScheduledIncident) -> dict[str, str]:
    return {
        "message": incident.description or incident.name,
        "resource": machine.name.lower(),
        "type": incident.type,
        "display_start": _date(incident.start),
        "display_end": _date(incident.end) if incident.end else "",
    }


def _clock(seconds: float) -> str:
    minutes, second = divmod(max(int(seconds), 0), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"


def _date(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds")
