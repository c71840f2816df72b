"""The scheduler: starts jobs, watches over them and records how they end.

Any number of processes may run a scheduler on the same root. Every decision is a database transaction that
holds the write lock, so a job starts only once. Each job runs under a supervisor of its own, so a new
scheduler finds the jobs that an earlier one started.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable

import anyio

from alcf_mcp.local import supervisor
from alcf_mcp.local.catalog import LocalMachine
from alcf_mcp.local.database import Database
from alcf_mcp.local.jobs import records
from alcf_mcp.local.jobs.launching import JobLauncher
from alcf_mcp.local.jobs.planning import RunningJob, WaitingJob, plan
from alcf_mcp.local.jobs.records import ACTIVE, QUEUED, JobRecord

logger = logging.getLogger(__name__)

# A job whose supervisor has not started by then will never have one.
_START_SECONDS = 15.0

# How often to check for jobs that another process accepted.
_IDLE_SECONDS = 1.0

# PBS's JOB_EXEC_FAIL1: the job could not be started, or was lost.
_LOST = -1


class Scheduler:
    """Runs the jobs of the facility's machines.

    Args:
        database: where jobs are kept.
        launcher: starts them.
        machines: the machines by id.
        is_down: says whether a machine is down; no job starts on one that is.
        tick: seconds between two steps.
        clock: the time, in seconds since the epoch.
    """

    def __init__(
        self,
        database: Database,
        launcher: JobLauncher,
        machines: dict[str, LocalMachine],
        is_down: Callable[[sqlite3.Connection, str], bool],
        tick: float,
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._launcher = launcher
        self._machines = machines
        self._is_down = is_down
        self._tick = tick
        self._clock = clock
        self._woken = anyio.Event()

    def wake(self) -> None:
        """Take the next step at once."""
        self._woken.set()

    async def run(self) -> None:
        """Take one step after another, forever."""
        async with anyio.create_task_group() as starts:
            while True:
                self._woken = anyio.Event()
                pause = _IDLE_SECONDS
                try:
                    if await self._database.read(_has_unfinished_jobs):
                        pause = self._tick
                        # Decisions are carried out even if the process is about to end.
                        with anyio.CancelScope(shield=True):
                            for job in await self._step():
                                starts.start_soon(self._start, job)
                except (sqlite3.Error, OSError):
                    logger.exception("A step of the scheduler failed")  # the next one may not
                with anyio.move_on_after(pause):
                    await self._woken.wait()

    async def _start(self, job: JobRecord) -> None:
        with anyio.CancelScope(shield=True):
            try:
                await self._launcher.start(job, self._machines[job.machine])
            except OSError:
                logger.exception("Job %s could not be started", job.id)  # it counts as lost after a while

    async def _step(self) -> list[JobRecord]:
        """Record the jobs that ended, and decide which jobs start.

        Returns:
            The jobs to start, which are already recorded as active.
        """
        ended: list[JobRecord] = []

        def step(connection: sqlite3.Connection) -> list[JobRecord]:
            ended.extend(
                job for job in records.select(connection, "state = ?", ACTIVE) if self._ends(connection, job)
            )
            return [job for machine in self._machines.values() for job in self._starts(connection, machine)]

        starting = await self._database.write(step)
        for job in ended:
            await anyio.to_thread.run_sync(self._launcher.clean_up, job)
        return starting

    def _ends(self, connection: sqlite3.Connection, job: JobRecord) -> bool:
        outcome = self._launcher.outcome(job)
        if outcome is None:
            supervised = self._launcher.is_supervised(job)
            if supervised and job.canceled:
                self._launcher.terminate(job)
            if supervised or (supervised is None and self._clock() - (job.started or 0.0) < _START_SECONDS):
                return False
            # It may have ended between the two checks.
            outcome = self._launcher.outcome(job) or supervisor.JobEnd(
                _LOST, self._clock() - (job.started or 0.0), "The job's supervisor was lost"
            )
        exit_code = supervisor.TERMINATED if job.canceled else outcome.exit_code
        ended = (job.started or 0.0) + outcome.elapsed
        records.finish(connection, job.number, exit_code, ended, outcome.message)
        return True

    def _starts(self, connection: sqlite3.Connection, machine: LocalMachine) -> list[JobRecord]:
        if self._is_down(connection, machine.id):
            return []
        now = self._clock()
        waiting = [
            WaitingJob(job.number, job.queue, job.node_count, job.walltime)
            for job in records.select(connection, "machine = ? AND state = ?", machine.id, QUEUED)
        ]
        running = [
            RunningJob(job.queue, job.nodes, (job.started or now) + job.walltime)
            for job in records.select(connection, "machine = ? AND state = ?", machine.id, ACTIVE)
        ]
        starts = plan(machine, waiting, running, now)
        return [records.start(connection, number, nodes, now) for number, nodes in starts.items()]


def _has_unfinished_jobs(connection: sqlite3.Connection) -> bool:
    query = "SELECT 1 FROM jobs WHERE state IN (?, ?) LIMIT 1"
    return connection.execute(query, (QUEUED, ACTIVE)).fetchone() is not None
