"""One command in a terminal, from the start of its process to its end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from time import perf_counter

import anyio.to_thread

from benchmarks.facility import served
from benchmarks.figure import Figure, MeasurementFailed
from benchmarks.plan import Benchmark, Plan
from benchmarks.rounds import Rounds, Side, rounds

NAME = "alcf-mcp jobs, process start to end"
LIBRARY = 'python -c "import alcf_mcp.iri"'
GLOBUS = "globus --help"


async def measure(plan: Plan) -> list[Figure]:
    """Run `alcf-mcp jobs` beside the import of its client library, and beside globus-cli if there is one."""
    globus = shutil.which("globus")
    async with served(plan, task_latency=0.0) as facility:
        environment = os.environ | {
            "ALCF_MCP_STATE_DIR": str(plan.fresh("terminal")),
            "ALCF_MCP_API_URL": facility.url,
            "ALCF_MCP_ACCESS_TOKEN": facility.token.get_secret_value(),
        }
        sides = {
            "ours": _ended([sys.executable, "-m", "alcf_mcp", "jobs"], environment),
            "library": _ended([sys.executable, "-c", "import alcf_mcp.iri"], environment),
        }
        if globus:
            sides["globus"] = _ended([globus, "--help"], environment)
        measured = await rounds(plan.rounds, **sides)
    return [measured.figure(NAME, "library", against=LIBRARY), _beside_globus(measured, globus)]


def _beside_globus(measured: Rounds, globus: str | None) -> Figure:
    if globus:
        return measured.figure(NAME, "globus", against=GLOBUS, note="which asks no service")
    ours = measured.figure(NAME, "library").ours
    return Figure(NAME, "s", ours, against=GLOBUS, note="not measured: no globus-cli was found")


def _ended(command: Sequence[str], environment: Mapping[str, str]) -> Side:
    run = partial(subprocess.run, command, env=environment, capture_output=True, text=True, check=False)

    async def once() -> float:
        began = perf_counter()
        done = await anyio.to_thread.run_sync(run)
        took = perf_counter() - began
        if done.returncode:
            raise MeasurementFailed(f"{command[-1]} failed: {done.stderr[-500:]}")
        return took

    return once


TERMINAL = Benchmark("terminal", "one command in a terminal", measure)
