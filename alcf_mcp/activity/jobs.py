"""Reads the jobs of an activity feed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from alcf_mcp.activity.models import ActivityJob
from alcf_mcp.activity.values import moment, node_count, node_names, number, seconds, text

LONGEST_WALLTIME = 366 * 86400.0
AHEAD_SECONDS = 600.0
"""How far the scheduler's clock may be ahead of the feed's."""

_JOB_ID = re.compile(r"(\d{1,15})(\[\d*\])?(\..*)?", re.ASCII | re.DOTALL)
_HELD = re.compile(r"hold|held", re.IGNORECASE)


class JobReader:
    """Reads jobs one by one, and counts those that can't be read.

    Args:
        updated: when the feed was written, in seconds since the epoch.

    Attributes:
        seen: how many jobs there were.
        unreadable: how many of them can't be read, or are there twice.
    """

    def __init__(self, updated: float) -> None:
        self.seen = 0
        self.unreadable = 0
        self._updated = updated
        self._ids: set[tuple[str, str]] = set()

    def started(self, running: list[Any], starting: list[Any]) -> tuple[ActivityJob, ...]:
        """Read the jobs that run, and those that are about to."""
        read = [self._read(job, running=True) for job in running]
        read += [self._read(job, running=True, starts_now=True) for job in starting]
        return tuple(job for job in read if job)

    def waiting(self, queued: list[Any]) -> tuple[ActivityJob, ...]:
        """Read the jobs that wait, and put the next to start first."""
        read = (self._read(job, running=False) for job in queued)
        return tuple(sorted((job for job in read if job), key=_rank))

    def _read(self, fields: Any, *, running: bool, starts_now: bool = False) -> ActivityJob | None:
        self.seen += 1
        job = None
        if isinstance(fields, dict) and (known := _JOB_ID.fullmatch(_job_id(fields))):
            one = (known[1], known[2] or "")
            if one not in self._ids:
                self._ids.add(one)
                job = self._job(int(known[1]), fields, running=running, starts_now=starts_now)
        self.unreadable += job is None
        return job

    def _job(
        self, job_number: int, fields: Mapping[str, Any], *, running: bool, starts_now: bool
    ) -> ActivityJob | None:
        location = node_names(fields.get("location")) if running else ()
        nodes = node_count(fields.get("nodes")) if fields.get("nodes") is not None else len(location) or None
        walltime = seconds(fields.get("walltime")) or seconds(fields.get("walltimef"))
        started = self._start(fields, starts_now=starts_now) if running else None
        if nodes is None or not walltime or walltime > LONGEST_WALLTIME or (running and started is None):
            return None
        return ActivityJob(
            job_number,
            text(fields.get("queue")),
            text(fields.get("project")),
            nodes,
            walltime,
            submitted=self._past(moment(fields.get("submittime"))),
            score=None if running else number(fields.get("score")),
            started=started,
            location=location,
            held=_HELD.search(text(fields.get("state"))) is not None,
        )

    def _start(self, fields: Mapping[str, Any], *, starts_now: bool) -> float | None:
        """When a job started. How ``starttime`` is written is not documented; ``runtimef`` tells it too."""
        started = self._past(moment(fields.get("starttime")))
        if started is not None:
            return started
        run = seconds(fields.get("runtimef"))
        if run is not None and run < self._updated:
            return self._updated - run
        return self._updated if starts_now else None

    def _past(self, time: float | None) -> float | None:
        return time if time is not None and time <= self._updated + AHEAD_SECONDS else None


def _job_id(fields: Mapping[str, Any]) -> str:
    job_id = fields.get("jobid")
    return str(job_id) if isinstance(job_id, int) and 0 <= job_id < 10**15 else text(job_id)


def _rank(job: ActivityJob) -> tuple[bool, float, int]:
    """The order in which jobs start; those of unknown score come last."""
    return job.score is None, -(job.score or 0.0), job.number
