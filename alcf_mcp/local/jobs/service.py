"""The operations on jobs: submit, get, list, update and cancel."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

from alcf_mcp.local import supervisor
from alcf_mcp.local.catalog import Grant, LocalMachine
from alcf_mcp.local.database import Database
from alcf_mcp.local.jobs import records
from alcf_mcp.local.jobs.records import ACTIVE, FINISHED, JobRecord
from alcf_mcp.local.jobs.refusals import check_terms, refusal
from alcf_mcp.local.jobs.spec import PostedJobSpec


class JobService:
    """The jobs of the facility's one user.

    Args:
        database: where jobs are kept.
        grants: the projects.
        clock: the time, in seconds since the epoch.
        changed: called after every change that the scheduler should know about.
        held_names: jobs whose names match are held on submission.
    """

    def __init__(
        self,
        database: Database,
        grants: tuple[Grant, ...],
        clock: Callable[[], float],
        changed: Callable[[], None],
        held_names: re.Pattern[str] | None = None,
    ) -> None:
        self._database = database
        self._grants = grants
        self._clock = clock
        self._changed = changed
        self._held_names = held_names

    async def submit(self, machine: LocalMachine, spec: PostedJobSpec) -> JobRecord:
        """Queue a job.

        Raises:
            Problem: the scheduler refuses it.
        """

        def submit(connection: sqlite3.Connection) -> JobRecord:
            self._check(connection, machine, spec)
            held = bool(self._held_names and self._held_names.search(spec.name or ""))
            return records.insert(connection, machine.id, machine.server, spec, self._clock(), held=held)

        job = await self._database.write(submit)
        self._changed()
        return job

    async def get(self, machine: LocalMachine, job_id: str, *, historical: bool) -> JobRecord | None:
        """One job of a machine; a finished one only if ``historical``."""
        jobs = await self._database.read(lambda connection: _find(connection, machine, job_id))
        return next((job for job in jobs if historical or job.state != FINISHED), None)

    async def all(self, machine: LocalMachine, *, historical: bool) -> list[JobRecord]:
        """The jobs of a machine, oldest first; finished ones only if ``historical``."""
        condition = "machine = ?" if historical else f"machine = ? AND state != '{FINISHED}'"
        return await self._database.read(lambda connection: records.select(connection, condition, machine.id))

    async def update(
        self, machine: LocalMachine, job_id: str, merge: Callable[[PostedJobSpec], PostedJobSpec]
    ) -> JobRecord:
        """Change a waiting job.

        Args:
            machine: the machine.
            job_id: the job.
            merge: makes the new specification from the old one.

        Raises:
            Problem: the scheduler refuses it.
        """

        def update(connection: sqlite3.Connection) -> JobRecord:
            job = _existing(connection, machine, job_id)
            if job.state == FINISHED:
                raise refusal(f"Job has finished {job_id}")
            if job.state == ACTIVE:
                raise refusal(f"Cannot modify attribute while job running {job_id}")
            spec = merge(job.spec)
            self._check(connection, machine, spec)
            records.rewrite(connection, job.number, spec)
            return _find(connection, machine, job_id)[0]

        job = await self._database.write(update)
        self._changed()
        return job

    async def cancel(self, machine: LocalMachine, job_id: str) -> None:
        """Cancel a job. A waiting job ends at once, an active one soon.

        Raises:
            Problem: there is nothing to cancel.
        """

        def cancel(connection: sqlite3.Connection) -> None:
            job = _existing(connection, machine, job_id)
            if job.state == FINISHED:
                raise refusal(f"Job has finished {job_id}")
            if job.canceled:
                raise refusal(f"Request invalid for state of job {job_id}")
            connection.execute("UPDATE jobs SET canceled = 1 WHERE number = ?", (job.number,))
            if job.state != ACTIVE:
                records.finish(connection, job.number, supervisor.TERMINATED, self._clock())

        await self._database.write(cancel)
        self._changed()

    async def used_node_hours(self, machine: LocalMachine) -> dict[str, float]:
        """Node hours used on a machine, by project."""
        now = self._clock()
        return await self._database.read(
            lambda connection: records.used_node_hours(connection, machine.id, now)
        )

    def _check(self, connection: sqlite3.Connection, machine: LocalMachine, spec: PostedJobSpec) -> None:
        used = records.used_node_hours(connection, machine.id, self._clock())
        check_terms(spec, machine, self._grants, used)


def _find(connection: sqlite3.Connection, machine: LocalMachine, job_id: str) -> list[JobRecord]:
    return records.select(connection, "id = ? AND machine = ?", job_id, machine.id)


def _existing(connection: sqlite3.Connection, machine: LocalMachine, job_id: str) -> JobRecord:
    jobs = _find(connection, machine, job_id)
    if not jobs:
        raise refusal(f"Unknown Job Id {job_id}")
    return jobs[0]
