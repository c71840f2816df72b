"""Whether a journal with a week of entries makes anything slower."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from mcp import Client

from alcf_mcp.config import load_settings
from alcf_mcp.iri.models import JobAttributes, JobSpec
from alcf_mcp.journal import Journal
from alcf_mcp.store import Connection
from benchmarks import ours
from benchmarks.facility import ServedFacility, served
from benchmarks.figure import Figure
from benchmarks.jobs import submit_held
from benchmarks.plan import Benchmark, Plan, Work
from benchmarks.rounds import rounds, seconds_of
from benchmarks.script import POLARIS

ACTIONS = 100_000
JOBS = 5_000
LISTED = 20
WEEK = timedelta(days=7)


async def measure(plan: Plan) -> list[Figure]:
    """List the same jobs with a new journal and with a full one."""
    async with served(plan, task_latency=0.0) as facility:
        new, full = await _states(plan, facility)
        async with ours.connected(new, facility) as quick, ours.connected(full, facility) as client:
            times = plan.pick(20, 10)
            measured = await rounds(
                plan.rounds,
                ours=partial(seconds_of, partial(_list_jobs, client), times=times),
                new=partial(seconds_of, partial(_list_jobs, quick), times=times),
            )
    note = f"{ACTIONS} actions and {JOBS} jobs of a week; {LISTED} jobs listed, {times} calls a round"
    return [measured.figure("list_jobs with a week's journal", "new", against="a new journal", note=note)]


async def _list_jobs(client: Client) -> object:
    return await ours.call(client, "list_jobs")


async def _states(plan: Plan, facility: ServedFacility) -> tuple[Path, Path]:
    """Two state directories that know the listed jobs: one only these, the other also a week of work."""
    new, full = plan.fresh("journal"), plan.directory / "full-journal"
    async with ours.connected(new, facility, confirm="off") as client:
        await submit_held(client, LISTED)
    shutil.copytree(new, full)
    journal = Journal.at(load_settings(state_dir=full).journal_path)
    journal.store.run_now(_fill)
    return new, full


def _fill(db: Connection) -> None:
    db.executemany(
        "INSERT INTO actions (began_at, ended_at, tool, arguments, client, confirmed, outcome, job_id)"
        " VALUES (?, ?, ?, ?, 'benchmarks', 'not asked', 'done', ?)",
        _actions(),
    )
    db.executemany(
        "INSERT INTO jobs (job_id, resource_id, resource, submitted_at, spec, name, script, state, exit_code,"
        " ended_by, end_told) VALUES (?, ?, 'Polaris', ?, ?, 'train', 'date', 'completed', 0, ?, TRUE)",
        _jobs(),
    )


def _actions() -> Iterator[tuple[str | None, ...]]:
    """Changes of files, with a canceled job now and then."""
    for number, moment in enumerate(_moments(ACTIONS)):
        if number % 50:
            arguments = f'{{"path": "/eagle/LocalDemo/run-{number}"}}'
            yield moment, moment, "make_directory", arguments, None
        else:
            job_id = _old_id(number // 50)
            yield moment, moment, "cancel_job", f'{{"job_id": "{job_id}"}}', job_id


def _jobs() -> Iterator[tuple[str, ...]]:
    attributes = JobAttributes(duration=600, queue_name="prod", account="LocalDemo")
    spec = JobSpec(executable="/bin/bash", name="train", attributes=attributes).model_dump_json(
        exclude_none=True
    )
    for number, moment in enumerate(_moments(JOBS)):
        yield _old_id(number), POLARIS, moment, spec, moment


def _moments(number: int) -> Iterator[str]:
    """Times spread evenly over the last week."""
    began = datetime.now(UTC) - WEEK
    return ((began + WEEK * one / number).isoformat() for one in range(number))


def _old_id(number: int) -> str:
    return f"{100_000 + number}.polaris-pbs-01.local"


@asynccontextmanager
async def workload(plan: Plan) -> AsyncIterator[Work]:
    """``list_jobs`` with the full journal."""
    async with served(plan, task_latency=0.0) as facility:
        _, full = await _states(plan, facility)
        async with ours.connected(full, facility) as client:
            yield partial(seconds_of, partial(_list_jobs, client), times=plan.pick(20, 10))


JOURNAL = Benchmark("journal", "a week's journal", measure, workload)
