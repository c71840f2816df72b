"""A local facility, and a client that can wait for its tasks and jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from alcf_mcp.local import LocalFacility, LocalSettings
from alcf_mcp.local.catalog import EAGLE, HOME, POLARIS

BASE = "http://local/api/v1"
PROJECT = "/eagle/LocalDemo"
PATIENCE = 20.0

QUICK: dict[str, Any] = {
    "task_latency": 0.0,
    "tick": 0.02,
    "kill_grace": 0.3,
    "username": "ada",
    "confine": False,
}


@dataclass
class Api:
    """A client of a facility."""

    facility: LocalFacility
    http: httpx.AsyncClient

    def place(self, path: str) -> Path:
        """Where a facility path is on this computer."""
        return self.facility.tree.locate(path)

    async def get(self, path: str, /, **query: Any) -> httpx.Response:
        return await self.http.get(path, params=query or None)

    async def task(self, method: str, command: str, **arguments: Any) -> dict[str, Any]:
        """Carry out a filesystem operation, and return its task once it has ended."""
        path = arguments.get("path", "")
        resource = HOME if path.startswith("/home") else EAGLE
        where = {"params": arguments} if method in ("GET", "DELETE") else {"json": arguments}
        answer = await self.http.request(method, f"/filesystem/{command}/{resource.id}", **where)  # type: ignore[arg-type]
        assert answer.is_success, answer.text
        return await self.ended(answer.json()["task_id"])

    async def output(self, method: str, command: str, **arguments: Any) -> Any:
        """Carry out a filesystem operation that must succeed, and return its result."""
        task = await self.task(method, command, **arguments)
        assert task["status"] == "completed", task
        return task["result"].get("output")

    async def error(self, method: str, command: str, **arguments: Any) -> str:
        """Carry out a filesystem operation that must fail, and return its error message."""
        task = await self.task(method, command, **arguments)
        assert task["status"] == "failed", task
        return str(task["result"]["error"])

    async def ended(self, task_id: str) -> dict[str, Any]:
        with anyio.fail_after(PATIENCE):
            while True:
                task: dict[str, Any] = (await self.get(f"/task/{task_id}")).json()
                if task["status"] not in ("pending", "active"):
                    return task
                await anyio.sleep(0.005)

    async def post_job(self, spec: dict[str, Any], machine: str = POLARIS.id) -> httpx.Response:
        return await self.http.post(f"/compute/job/{machine}", json=spec)

    async def submit(self, script: str = "true", machine: str = POLARIS.id, **changes: Any) -> str:
        """Submit a job that runs a script with bash, and return its id."""
        answer = await self.post_job(job_spec(script, **changes), machine)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    async def status(self, job_id: str, machine: str = POLARIS.id) -> dict[str, Any]:
        answer = await self.get(f"/compute/status/{machine}/{job_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["status"])

    async def reaches(self, job_id: str, *states: str, machine: str = POLARIS.id) -> dict[str, Any]:
        """Wait until a job is in one of these states, and return its status."""
        with anyio.fail_after(PATIENCE):
            while True:
                status = await self.status(job_id, machine)
                if status["state"] in states:
                    return status
                await anyio.sleep(0.01)

    async def finishes(self, job_id: str, machine: str = POLARIS.id) -> int:
        """Wait until a job has finished, and return its exit code."""
        status = await self.reaches(job_id, "completed", "failed", "canceled", machine=machine)
        return int(status["exit_code"])

    async def stdout(self, job_id: str) -> str:
        """Wait until a job has finished, and return its output."""
        await self.finishes(job_id)
        return self.place(f"{PROJECT}/{job_id}.OU").read_text()

    async def stderr(self, job_id: str) -> str:
        await self.finishes(job_id)
        return self.place(f"{PROJECT}/{job_id}.ER").read_text()

    async def appears(self, path: str) -> Path:
        """Wait for a file that a job creates."""
        with anyio.fail_after(PATIENCE):
            while True:
                place = self.place(path)
                if place.exists():
                    return place
                await anyio.sleep(0.01)

    async def is_cleared_away(self) -> None:
        """Wait until nothing is left of ended jobs."""
        with anyio.fail_after(PATIENCE):
            while True:
                if not list((self.facility.settings.root / "jobs").iterdir()):
                    return
                await anyio.sleep(0.01)


def job_spec(
    script: str = "true",
    *,
    nodes: int = 1,
    queue: str | None = "debug",
    account: str | None = "LocalDemo",
    walltime: int | None = 60,
    custom: dict[str, str] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """The specification of a job that runs a script with bash."""
    attributes = {
        "queue_name": queue,
        "account": account,
        "duration": walltime,
        "custom_attributes": {"filesystems": "home:eagle"} if custom is None else custom,
    }
    return {
        "executable": "/bin/bash",
        "arguments": ["-c", script],
        "directory": PROJECT,
        "stdout_path": PROJECT,
        "stderr_path": PROJECT,
        "resources": {"node_count": nodes},
        "attributes": {name: value for name, value in attributes.items() if value is not None},
    } | fields


OpenApi = Callable[..., AbstractAsyncContextManager[Api]]


@pytest.fixture
async def open_api(tmp_path: Path) -> AsyncIterator[OpenApi]:
    """Starts a facility, always on the same root, and connects to it. Jobs are ended with the test."""

    @asynccontextmanager
    async def opened(**settings: Any) -> AsyncIterator[Api]:
        facility = LocalFacility(LocalSettings(root=tmp_path / "local", **(QUICK | settings)))
        async with facility.running(), connect(facility) as api:
            yield api

    yield opened
    if (tmp_path / "local").exists():
        await LocalFacility(LocalSettings(root=tmp_path / "local", **QUICK)).end_jobs()


@asynccontextmanager
async def connect(facility: LocalFacility) -> AsyncIterator[Api]:
    headers = {"Authorization": f"Bearer {facility.token.get_secret_value()}"}
    transport = httpx.ASGITransport(facility.app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as http:
        yield Api(facility, http)


@pytest.fixture
async def api(open_api: OpenApi) -> AsyncIterator[Api]:
    """A facility that behaves as ALCF does."""
    async with open_api() as opened:
        yield opened


@pytest.fixture
async def full(open_api: OpenApi) -> AsyncIterator[Api]:
    """A facility that implements the whole standard."""
    async with open_api(profile="full") as opened:
        yield opened
