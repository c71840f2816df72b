"""What a user would write by hand instead: a small httpx script that knows the ids in advance."""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterator
from itertools import repeat
from typing import Any, Self

import anyio
import httpx
from pydantic import SecretStr

from benchmarks.processes import memory_of

EAGLE = "1c3ad9d4-2e91-42bc-becb-72b1fde1235c"
POLARIS = "55c1c993-1124-47f9-b823-514ba3849a9a"

CONNECTIONS = 16
FIRST_LOOK, LONGEST_PAUSE = 0.2, 2.0
TAIL_BYTES = 16_384


class Script:
    """A client of the facility's API. It polls a task after 0.2 s, then at growing intervals of up to 2 s.

    Args:
        url: the URL of the API.
        token: its bearer token.

    Attributes:
        agent: the name that it gives to the facility.
    """

    agent = "script"

    def __init__(self, url: str, token: SecretStr) -> None:
        headers = {"Authorization": f"Bearer {token.get_secret_value()}", "User-Agent": self.agent}
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        timeout = httpx.Timeout(120.0, pool=None)
        self._http = httpx.AsyncClient(
            base_url=url, headers=headers, limits=limits, timeout=timeout, trust_env=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(self, url: str, **query: Any) -> Any:
        """The decoded response to a GET."""
        return (await self._http.get(url, params=query)).raise_for_status().json()

    async def get_resource(self, resource_id: str = POLARIS) -> Any:
        """A resource."""
        return await self.get(f"/status/resources/{resource_id}")

    async def get_job(self, job_id: str) -> Any:
        """A job on Polaris."""
        return await self.get(f"/compute/status/{POLARIS}/{job_id}")

    async def list_jobs(self, *, historical: bool = False) -> Any:
        """The jobs on Polaris."""
        query = {"historical": str(historical).lower()}
        return (await self._http.post(f"/compute/status/{POLARIS}", params=query)).raise_for_status().json()

    async def ls(self, path: str) -> list[dict[str, Any]]:
        """The entries of a directory."""
        return list((await self._done("ls", path=path))["output"])

    async def list_directory(self, path: str, limit: int = 200) -> list[dict[str, Any]]:
        """The first entries of a directory, by name."""
        return sorted(await self.ls(path), key=lambda entry: str(entry["name"]))[:limit]

    async def tail(self, path: str, lines: int = 20) -> list[str]:
        """The last lines of a file, found by its size and a view of its end."""
        size = int((await self.ls(path))[0]["size"])
        offset = max(size - TAIL_BYTES, 0)
        window = await self._done("view", path=path, offset=offset, size=size - offset)
        return str(window["output"]["content"]).splitlines()[-lines:]

    async def _done(self, command: str, **query: Any) -> dict[str, Any]:
        return await self._resolve(await self._start(command, **query), _growing_pauses())

    async def _start(self, command: str, **query: Any) -> str:
        return str((await self.get(f"/filesystem/{command}/{EAGLE}", **query))["task_id"])

    async def _resolve(self, task_id: str, pauses: Iterator[float]) -> dict[str, Any]:
        for pause in pauses:
            await anyio.sleep(pause)
            task = await self.get(f"/task/{task_id}")
            if task["status"] == "completed":
                return dict(task["result"])
            if task["status"] in ("failed", "canceled"):
                raise RuntimeError(f"task {task_id} {task['status']}: {task['result']}")
        raise AssertionError("the pauses never end")


class NaiveScript(Script):
    """A client that polls its tasks every second, on a clock unrelated to their start."""

    agent = "naive"

    async def _done(self, command: str, **query: Any) -> dict[str, Any]:
        return await self._resolve(await self._start(command, **query), every_second())


def _growing_pauses() -> Iterator[float]:
    pause = FIRST_LOOK
    while True:
        yield pause
        pause = min(pause * 1.5, LONGEST_PAUSE)


def every_second() -> Iterator[float]:
    """Seconds between the polls of a client whose clock is unrelated to a task's start."""
    yield random.random()
    yield from repeat(1.0)


async def _peak(operation: str, path: str) -> int:
    async with Script(os.environ["FACILITY_URL"], SecretStr(os.environ["FACILITY_TOKEN"])) as script:
        await getattr(script, operation)(path)
    return memory_of(os.getpid(), "VmHWM")


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"peak": anyio.run(_peak, sys.argv[1], sys.argv[2])}))
