"""What the view of machines shows in tests: a busy day, with the user's own jobs in it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from random import Random
from typing import Any

import httpx
import pytest

from alcf_mcp.facility.alcf.queues import Machine, table_of
from alcf_mcp.facility.weather import QueueWeather
from alcf_mcp.iri.models import Resource
from alcf_mcp.local import Fault, LocalFacility
from tests.conftest import Assistant
from tests.views.scenes import HERE

HOUR = 3600.0
FEED = "/polaris/activity.json"

# queue, jobs that run, jobs that wait, nodes and hours of each
QUEUES = (
    ("large", 2, 5, (100, 140), (6, 24)),
    ("medium", 3, 17, (25, 60), (3, 6)),
    ("small", 5, 31, (10, 16), (1, 3)),
    ("preemptable", 4, 6, (1, 8), (2, 24)),
    ("debug", 2, 1, (1, 2), (0.5, 1)),
)


async def own_jobs(assistant: Assistant) -> None:
    """Submit a job that runs, and two that wait."""
    where = {"resource": "polaris", "account": "LocalDemo", "directory": HERE, "script": "sleep 60"}
    for name, nodes, queue in (
        ("train-7b", 2, "debug"),
        ("md-relax", 8, "prod"),
        ("held-sweep", 4, "prod"),
    ):
        job = await assistant.do("submit_job", **where, name=name, nodes=nodes, queue=queue, walltime="45m")
        if name == "train-7b":
            await assistant.do("wait_for_job", job_id=job["job_id"], until="started")


async def a_busy_day(local: LocalFacility) -> None:
    """Let the feed show others' jobs, too, on a large machine."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(local.app), base_url="http://local") as http:
        feed = (await http.get(FEED)).json()
    luck, now = Random(7), time.time()
    numbers = iter(range(5000, 6000))
    for queue, running, waiting, nodes, hours in QUEUES:
        for _ in range(running):
            feed["running"].append(_job(luck, next(numbers), queue, nodes, hours, now, runs=True))
        for _ in range(waiting):
            feed["queued"].append(_job(luck, next(numbers), queue, nodes, hours, now, runs=False))
    for job in feed["queued"]:
        if int(job["jobid"].split(".")[0]) < 5000:
            job |= {"queue": "small", "score": 60.0, "submittime": int(now - 2 * HOUR)}
    used = sum(job["nodes"] for job in feed["running"])
    states = ["down"] * 4 + ["offline"] * 5 + ["free"] * 7 + ["allocated"] * used
    feed["nodeinfo"] = {f"x3{number:03}": {"state": state} for number, state in enumerate(states)}
    feed["reservation"].insert(0, _reservation("gb_workshop", 64, now + 5 * HOUR, 4 * HOUR))
    replace_feed(local, feed)


def replace_feed(local: LocalFacility, feed: Any) -> None:
    """Serve another feed of Polaris."""
    local.feed_faults.clear()
    local.feed_faults.add(Fault(path=FEED, status=200, body=feed, times=None))


def with_known_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine have the queues of ALCF's machine of that name."""

    def queues_of(weather: QueueWeather, machine: Resource) -> Machine | None:
        return table_of(machine.name)

    monkeypatch.setattr(QueueWeather, "queues_of", queues_of)


def _job(
    luck: Random,
    number: int,
    queue: str,
    nodes: tuple[int, int],
    hours: Sequence[float],
    now: float,
    *,
    runs: bool,
) -> dict[str, Any]:
    walltime = luck.uniform(*hours) * HOUR
    waited = luck.uniform(0.2, 2) * walltime
    started = now - luck.uniform(0, 0.9) * walltime
    return {
        "jobid": f"{number}.polaris-pbs-01",
        "nodes": luck.randint(*nodes),
        "project": "Others",
        "queue": queue,
        "mode": "script",
        "state": "running" if runs else "queued",
        "location": [],
        "walltime": int(walltime),
        "submittime": int((started if runs else now) - waited),
        "starttime": str(started) if runs else "N/A",
        **({} if runs else {"score": luck.uniform(10, 100)}),
    }


def _reservation(name: str, nodes: int, start: float, seconds: float) -> dict[str, Any]:
    times = {"start": int(start), "duration": int(seconds)}
    return {"name": name, "queue": name, "nodes": nodes, **times}
