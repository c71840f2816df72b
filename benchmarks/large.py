"""Large things at the facility: a directory of a hundred thousand entries, the end of a 200 MB log."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio

from benchmarks import ours
from benchmarks.facility import PROJECT, ServedFacility, served
from benchmarks.figure import Figure, Goal
from benchmarks.plan import Benchmark, Plan, Work
from benchmarks.processes import ROOT, memory_of
from benchmarks.rounds import rounds, seconds_of
from benchmarks.script import Script

DIRECTORY = f"{PROJECT}/many"
LOG = f"{PROJECT}/long.log"
LOG_BYTES = 200_000_000
MOST_TAIL_BYTES = 256 * 1024
LINE = b"2026-08-01T12:00:00 rank 0 step 000000 loss 0.250000 learning rate 0.000100\n"


@dataclass(frozen=True)
class Read:
    """A tool that reads something large, and the script's operation for the same purpose."""

    what: str
    tool: str
    operation: str
    path: str
    most_bytes: int | None = None

    async def measure(self, count: int, state: Path, facility: ServedFacility) -> list[Figure]:
        """Measure time, bytes and peak memory, each of a process that does nothing else."""
        async with Script(facility.url, facility.token) as script:
            with ours.over_stdio(state, facility) as server:
                server.list_tools()
                async with facility.metered(ours.AGENT, script.agent) as counts:
                    measured = await rounds(
                        count,
                        ours=partial(seconds_of, server.calling(self.tool, path=self.path)),
                        script=partial(seconds_of, partial(getattr(script, self.operation), self.path)),
                    )
                peak = memory_of(server.pid, "VmHWM")
        moved, theirs = (counts[agent].moved_bytes / measured.made for agent in (ours.AGENT, script.agent))
        goal = Goal(self.most_bytes, "ours") if self.most_bytes else None
        peak_of_script = await _peak_of_script(facility, self.operation, self.path)
        return [
            measured.figure(f"{self.what}: time", "script", note="the facility's own work included"),
            Figure.beside(f"{self.what}: bytes moved", "bytes", moved, theirs, "script", goal=goal),
            Figure.beside(f"{self.what}: peak memory", "bytes", peak, peak_of_script, "script"),
        ]


async def measure(plan: Plan) -> list[Figure]:
    """Read the log's end, and list the directory."""
    reads = (
        Read(f"tail of a {LOG_BYTES // 10**6} MB log", "tail_file", "tail", LOG, MOST_TAIL_BYTES),
        Read(f"directory of {_entries(plan)} entries", "list_directory", "list_directory", DIRECTORY),
    )
    count = plan.pick(5, 1)
    async with _facility(plan) as facility:
        return [
            figure for read in reads for figure in await read.measure(count, plan.fresh("large"), facility)
        ]


async def _peak_of_script(facility: ServedFacility, operation: str, path: str) -> int:
    environment = {
        **os.environ,
        "FACILITY_URL": facility.url,
        "FACILITY_TOKEN": facility.token.get_secret_value(),
    }
    command = [sys.executable, "-m", "benchmarks.script", operation, path]
    done = await anyio.run_process(command, cwd=ROOT, env=environment, stderr=None, start_new_session=True)
    return int(json.loads(done.stdout)["peak"])


@asynccontextmanager
async def _facility(plan: Plan) -> AsyncIterator[ServedFacility]:
    async with served(plan, task_latency=0.05) as facility:
        _write_log(facility.on_disk(LOG))
        _fill(facility.on_disk(DIRECTORY), _entries(plan))
        yield facility


def _write_log(path: Path) -> None:
    block = LINE * 10_000
    with path.open("wb") as log:
        for _ in range(LOG_BYTES // len(block)):
            log.write(block)


def _fill(directory: Path, entries: int) -> None:
    directory.mkdir()
    for number in range(entries):
        (directory / f"checkpoint-{number:06}.pt").touch()


def _entries(plan: Plan) -> int:
    return plan.pick(100_000, 10_000)


@asynccontextmanager
async def workload(plan: Plan) -> AsyncIterator[Work]:
    """List the directory."""
    async with (
        _facility(plan) as facility,
        ours.connected(plan.fresh("large"), facility) as client,
    ):
        yield partial(ours.call, client, "list_directory", path=DIRECTORY)


LARGE = Benchmark("large", "a large directory and a large log", measure, workload)
