"""A planned job is submitted once, at whatever moment the process that submits it is killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from alcf_mcp.journal import Journal, PlannedJob
from alcf_mcp.local import LocalFacility, serve
from tests.facility.plans.test_chains import end_held

HERE = "/eagle/LocalDemo"

KILLED = """
import os, signal, sys
from alcf_mcp.facility.plans import runner
from alcf_mcp.iri import IRIClient
from alcf_mcp.journal.actions import Actions
from alcf_mcp.journal.jobs import SubmittedJobs
from alcf_mcp.journal.plans import Plans

of, name, when = {moment}
of, real = globals()[of], getattr(globals()[of], name)

async def killed(*arguments, **named):
    if when == "after":
        await real(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(of, name, killed)
from alcf_mcp.cli import main
main()
"""

BEFORE_IT_IS_SENT = ("IRIClient", "submit_job", "before")
MOMENTS = {
    "sent, and not answered": ("IRIClient", "submit_job", "after"),
    "answered, and the job not recorded": ("SubmittedJobs", "record", "before"),
    "the job recorded, and its action not": ("Actions", "end", "before"),
    "its action recorded, and the planned job not": ("Plans", "submitted", "before"),
}


@dataclass(frozen=True)
class Shell:
    """Commands in processes of their own, for a facility on this machine."""

    state: Path
    url: str
    token: str

    @property
    def environment(self) -> dict[str, str]:
        settings = {"API_URL": self.url, "ACCESS_TOKEN": self.token, "STATE_DIR": str(self.state)}
        return {**os.environ, **{f"ALCF_MCP_{name}": value for name, value in settings.items()}}

    def start(self, *arguments: str, moment: tuple[str, str, str] | None = None) -> subprocess.Popen[str]:
        program = ["-c", KILLED.format(moment=moment)] if moment else ["-m", "alcf_mcp"]
        command = [sys.executable, *program, *arguments]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    async def run(self, *arguments: str, moment: tuple[str, str, str] | None = None) -> tuple[int, str]:
        """Run a command to its end; its status, and what it wrote."""
        process = self.start(*arguments, moment=moment)
        out, err = await anyio.to_thread.run_sync(process.communicate)
        return process.returncode, out + err

    async def submit(self, text: str, name: str, *more: str) -> None:
        script = self.state.parent / f"{name}.sh"
        script.write_text(text)
        where = ("-A", "LocalDemo", "-q", "debug", "-d", HERE, "-t", "5m")
        status, said = await self.run("submit", str(script), *where, *more)
        assert status == 0, said


@pytest.fixture
async def shell(local: LocalFacility, tmp_path: Path) -> AsyncIterator[Shell]:
    ready = anyio.Event()
    address = ""

    def listen(url: str) -> None:
        nonlocal address
        address = url
        ready.set()

    async with anyio.create_task_group() as group:
        group.start_soon(lambda: serve(local, on_ready=listen))
        await ready.wait()
        yield Shell(tmp_path / "state", address, local.token.get_secret_value())
        group.cancel_scope.cancel()


@pytest.fixture
def journal(shell: Shell) -> Journal:
    return Journal.at(shell.state / "alcf-journal.sqlite")


def jobs_named(local: LocalFacility, name: str) -> int:
    """How many jobs with a name the facility has, according to its own record."""
    with closing(sqlite3.connect(local.settings.root / "facility.sqlite")) as database:
        sql = "SELECT count(*) FROM jobs WHERE json_extract(spec, '$.name') = ?"
        return int(database.execute(sql, (name,)).fetchone()[0])


async def planned(shell: Shell, journal: Journal) -> PlannedJob:
    """A job that is planned after one that has succeeded since."""
    await shell.submit("true", "held")
    (first,) = await journal.jobs.last(limit=1)
    await shell.submit("true", "later", "--after", first.job_id)
    (job,) = await journal.plans.latest(shell.url, limit=1)
    ended = first.model_copy(update={"state": "completed", "exit_code": 0, "ended_by": datetime.now(UTC)})
    await journal.jobs.note([ended])
    return job


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
async def test_what_was_sent_is_found_and_not_sent_again(
    local: LocalFacility, shell: Shell, journal: Journal, moment: tuple[str, str, str]
) -> None:
    job = await planned(shell, journal)
    end_held(local)
    status, said = await shell.run("plans", "run", "--once", moment=moment)
    assert status == -signal.SIGKILL, said
    claimed = await journal.plans.find(shell.url, job.number)
    assert claimed and claimed.state == "submitting"
    for _ in range(3):
        status, said = await shell.run("plans", "run", "--once")
        assert status == 0, said
    found = await journal.plans.find(shell.url, job.number)
    assert found and found.state == "submitted", found
    assert found.job_id
    assert jobs_named(local, "later") == 1
    assert local.faults.count("POST", "/compute/job/") == 2


async def test_what_was_not_sent_waits_until_that_is_certain_and_is_then_sent(
    local: LocalFacility, shell: Shell, journal: Journal
) -> None:
    job = await planned(shell, journal)
    end_held(local)
    status, said = await shell.run("plans", "run", "--once", moment=BEFORE_IT_IS_SENT)
    assert status == -signal.SIGKILL, said
    await shell.run("plans", "run", "--once")
    unclear = await journal.plans.find(shell.url, job.number)
    assert unclear and unclear.state == "submitting"
    assert "so far" in (unclear.reason or "")
    assert jobs_named(local, "later") == 0
    earlier = (datetime.now(UTC) - timedelta(minutes=11)).isoformat()
    await journal.store.run(lambda db: db.execute("UPDATE actions SET began_at = ?", (earlier,)))
    await shell.run("plans", "run", "--once")
    released = await journal.plans.find(shell.url, job.number)
    assert released and released.state == "waiting"
    assert "there is no new job on Polaris" in (released.reason or "")
    await journal.store.run(lambda db: db.execute("UPDATE plans SET retry_at = 0"))
    await shell.run("plans", "run", "--once")
    assert jobs_named(local, "later") == 1


async def test_of_two_processes_one_submits(local: LocalFacility, shell: Shell, journal: Journal) -> None:
    await shell.submit("true", "held")
    (first,) = await journal.jobs.last(limit=1)
    names = [f"later-{number}" for number in range(4)]
    for name in names:
        await shell.submit("true", name, "--after", first.job_id)
    end_held(local)
    processes = [shell.start("plans", "run") for _ in range(2)]
    for process in processes:
        await anyio.to_thread.run_sync(process.communicate)
    assert [jobs_named(local, name) for name in names] == [1, 1, 1, 1]
    assert await journal.plans.open(shell.url) == []
