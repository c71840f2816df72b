"""What views show in tests: a day's work at the local facility, with real jobs and what they really wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from alcf_mcp.journal import Journal
from tests.conftest import Assistant

HERE = "/eagle/LocalDemo"


@dataclass(frozen=True)
class Worked:
    """A job of that day; times are in minutes.

    ``before`` says how long ago it was submitted. If it is held, it waits to this day.
    """

    name: str
    script: str
    before: float
    waited: float = 0
    ran: float | None = None
    nodes: int = 1
    walltime: str = "1h"
    queue: str = "debug"


TRAINING = """\
for step in $(seq 0 20 980); do
  printf 'step %4d  loss %.3f  12.%02d samples/s\\n' $step "0.$((900 - step / 2))" $((step % 97))
done
echo 'RuntimeError: CUDA out of memory. Tried to allocate 5.12 GiB' >&2; exit 137"""
FAIL = "echo 'forrtl: severe (174): SIGSEGV, segmentation fault occurred' >&2; exit 139"
DAY = (
    Worked("md-relax-1", "echo converged", 205, waited=12, ran=31),
    Worked("md-relax-2", "echo converged", 204, waited=44, ran=28),
    Worked("train-7b", TRAINING, 170, waited=9, ran=22, nodes=2),
    Worked("md-equilibrate", "echo converged", 141, waited=26, ran=47, nodes=2),
    Worked("dock-probe", FAIL, 118, waited=3, ran=4),
    Worked("train-7b-small-batch", "echo epoch 1; sleep 60", 60, waited=21, nodes=2),
    Worked("held-sweep", "true", 26, nodes=8, walltime="30m", queue="debug-scaling"),
)


async def a_days_work(assistant: Assistant, journal: Journal) -> dict[str, str]:
    """Run the jobs of a day, and move them to when they were; returns their ids by their names."""
    ids: dict[str, str] = {}
    for worked in DAY:
        ids[worked.name] = await _run(assistant, worked)
    now = datetime.now(UTC)
    for worked in DAY:
        await _move(journal, ids[worked.name], worked, now)
    return ids


async def _run(assistant: Assistant, worked: Worked) -> str:
    job: dict[str, Any] = {"name": worked.name, "script": worked.script, "nodes": worked.nodes}
    job |= {"walltime": worked.walltime, "queue": worked.queue}
    where = {"resource": "polaris", "account": "LocalDemo", "directory": HERE}
    job_id: str = (await assistant.do("submit_job", **where, **job))["job_id"]
    if not worked.name.startswith("held"):
        until = "started" if worked.ran is None else "finished"
        await assistant.do("wait_for_job", job_id=job_id, until=until)
    return job_id


async def _move(journal: Journal, job_id: str, worked: Worked, now: datetime) -> None:
    """Move what is known of a job into the past."""
    submitted = now - timedelta(minutes=worked.before)
    started = submitted + timedelta(minutes=worked.waited)
    waiting = started - timedelta(minutes=min(worked.waited, 1))
    ended = started + timedelta(minutes=worked.ran or 0)
    held = worked.name.startswith("held")
    seen = {
        "submitted_at": submitted,
        "waiting_at": None if held else waiting,
        "active_from": None if held else started,
        "active_at": None if held else ended - timedelta(minutes=1) if worked.ran else now,
        "ended_by": ended if worked.ran else None,
    }
    values = [moment and moment.isoformat() for moment in seen.values()]
    columns = ", ".join(f"{name} = ?" for name in seen)
    await journal.store.run(
        lambda db: db.execute(f"UPDATE jobs SET {columns} WHERE job_id = ?", (*values, job_id))
    )
