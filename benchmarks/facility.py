"""The local facility, served on loopback by its own process: ``python -m benchmarks.facility``."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import httpx
from pydantic import SecretStr

from alcf_mcp.local import LocalFacility, LocalSettings, serve
from benchmarks.counting import COUNTS_PATH, Counted, Counts
from benchmarks.figure import MeasurementFailed
from benchmarks.plan import Plan
from benchmarks.processes import python_module

USERNAME = "ada"
PROJECT = "/eagle/LocalDemo"
STARTING_SECONDS = 30.0
STDIN = 0


@dataclass(frozen=True)
class ServedFacility:
    """A served facility: its URL, its token, and where its files are on this machine."""

    url: str
    token: SecretStr
    root: Path

    def on_disk(self, path: str) -> Path:
        """Where one of its paths is on this machine."""
        return self.root / "tree" / path.lstrip("/")

    @asynccontextmanager
    async def metered(self, *agents: str) -> AsyncIterator[dict[str, Counts]]:
        """Count what some clients send and receive in the block; its end fills in the counts, by agent."""
        counts: dict[str, Counts] = {}
        before = await self._counts()
        yield counts
        after = await self._counts()
        counts |= {agent: after.get(agent, Counts()) - before.get(agent, Counts()) for agent in agents}

    async def _counts(self) -> dict[str, Counts]:
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.get(str(httpx.URL(self.url).copy_with(path=COUNTS_PATH)))
        return {agent: Counts(**counts) for agent, counts in answer.json().items()}


@asynccontextmanager
async def served(plan: Plan, *, task_latency: float) -> AsyncIterator[ServedFacility]:
    """Serve a new facility.

    Args:
        plan: where its files go.
        task_latency: seconds that each of its tasks takes.
    """
    root = plan.fresh("facility")
    errors = root.with_suffix(".stderr")
    arguments = (str(root), "--task-latency", str(task_latency))
    with python_module("benchmarks.facility", *arguments, environment=os.environ, errors=errors) as process:
        assert process.stdout is not None
        url = b""
        with anyio.move_on_after(STARTING_SECONDS):
            url = await anyio.to_thread.run_sync(process.stdout.readline, abandon_on_cancel=True)
        if not url:
            raise MeasurementFailed(f"the local facility did not start: {errors.read_text()[-500:]}")
        token = SecretStr((root / "token").read_text().strip())
        yield ServedFacility(url.decode().strip(), token, root)


async def _serve(root: Path, task_latency: float) -> None:
    """Print a facility's URL, and serve it until standard input ends."""
    facility = LocalFacility(
        LocalSettings(
            root=root, task_latency=task_latency, username=USERNAME, held_names=re.compile("^held-")
        )
    )
    facility.app = Counted(facility.app)
    async with facility.running(), anyio.create_task_group() as group:
        group.start_soon(partial(serve, facility, on_ready=partial(print, flush=True)))
        await anyio.to_thread.run_sync(os.read, STDIN, 1, abandon_on_cancel=True)
        await facility.end_jobs()
        group.cancel_scope.cancel()


def main() -> None:
    """Serve the facility named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.facility", description=__doc__)
    parser.add_argument("root", type=Path, help="directory that holds everything")
    parser.add_argument("--task-latency", type=float, required=True, help="seconds that a task takes")
    arguments = parser.parse_args()
    anyio.run(_serve, arguments.root, arguments.task_latency)


if __name__ == "__main__":
    main()
