"""Jobs at a facility, submitted as an assistant would submit them."""

from __future__ import annotations

from typing import Any

from mcp import Client

from benchmarks import ours
from benchmarks.facility import PROJECT
from benchmarks.figure import MeasurementFailed

HELD = "held"
"""The prefix of the names of jobs that the facility holds."""

WAITING_SECONDS = 45


async def submit_held(client: Client, number: int) -> None:
    """Submit jobs that wait until they are released."""
    for one in range(number):
        await submit(client, name=f"{HELD}-{one}")


async def wait_for_end(client: Client, job_id: str) -> None:
    """Wait for a job that must succeed.

    Raises:
        MeasurementFailed: the job did not succeed.
    """
    waited = await ours.call(client, "wait_for_job", job_id=job_id, timeout_seconds=WAITING_SECONDS)
    if (waited.structured_content or {}).get("exit_code") != 0:
        raise MeasurementFailed(f"job {job_id} did not succeed: {ours.text_of(waited)}")


async def submit(client: Client, *, script: str = "date\n", **arguments: Any) -> str:
    """Submit a job on one node of Polaris, and return its id."""
    job = {
        "resource": "polaris",
        "account": "LocalDemo",
        "queue": "prod",
        "walltime": "10m",
        "directory": f"{PROJECT}/jobs",
        "script": script,
    }
    submitted = (await ours.call(client, "submit_job", **job | arguments)).structured_content or {}
    return str(submitted["job_id"])
