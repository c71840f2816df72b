"""The supervisor of one job: a detached process that outlives the facility's process.

Run as ``python -m alcf_mcp.local.supervisor <job directory>``. It goes into the background and runs the job.
It ends the job when the walltime runs out or the job is canceled. Then it delivers the output and writes the
outcome to ``outcome.json``. While it is alive, it holds a lock on the file ``lock``.

Standard library only, because it must start fast.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from alcf_mcp.local.tree import Tree

PLAN = "plan.json"
OUTCOME = "outcome.json"
LOCK = "lock"
CONTROL = "control"

# The exit codes by which PBS reports that it ended a job: 256 + SIGTERM, and JOB_EXEC_KILL_WALLTIME.
TERMINATED = 256 + signal.SIGTERM
OVER_WALLTIME = -29

_CANNOT_EXECUTE = 126
_NOT_FOUND = 127


@dataclass(frozen=True)
class Plan:
    """What a supervisor has to do.

    Attributes:
        job_id: the job's id, which names output files in a directory.
        argv: the program and its arguments.
        environment: the job's whole environment.
        directory: the working directory, as the facility names it.
        stdout_path: where the output belongs, as the facility names it.
        stderr_path: where the error output belongs, as the facility names it.
        walltime: seconds that the job may run.
        kill_grace: seconds between SIGTERM and SIGKILL.
        confined: whether ``argv`` starts the job in a sandbox.
        tree: the directory behind the facility's paths.
        username: the facility's user.
    """

    job_id: str
    argv: list[str]
    environment: dict[str, str]
    directory: str
    stdout_path: str
    stderr_path: str
    walltime: float
    kill_grace: float
    confined: bool
    tree: str
    username: str


@dataclass(frozen=True)
class JobEnd:
    """How a job ended; ``elapsed`` is in seconds."""

    exit_code: int
    elapsed: float
    message: str = ""


def main(directory: Path) -> None:
    """Supervise the job in a job directory, in the background."""
    lock = _take_lock(directory)
    if lock is None or os.fork():
        return  # our parent need not wait any longer; the child keeps the lock
    os.setsid()
    plan = Plan(**json.loads((directory / PLAN).read_text()))
    outcome = supervise(plan, directory)
    draft = directory / f"{OUTCOME}.new"
    draft.write_text(json.dumps(vars(outcome)))
    draft.replace(directory / OUTCOME)


def _take_lock(directory: Path) -> TextIO | None:
    """Create the job's lock already locked, so a lock that exists but is free means a dead supervisor.

    Returns:
        The open file, or ``None`` if the job has, or had, another supervisor.
    """
    draft = directory / f"{LOCK}.{os.getpid()}"
    lock = draft.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.link(draft, directory / LOCK)
    except FileExistsError:
        return None
    finally:
        draft.unlink()
    return lock


def supervise(plan: Plan, directory: Path) -> JobEnd:
    """Run a job to its end and deliver its output."""
    tree = Tree(Path(plan.tree), plan.username)
    began = time.monotonic()
    with (directory / "stdout").open("wb") as stdout, (directory / "stderr").open("wb") as stderr:
        try:
            exit_code = _run(plan, tree, directory, stdout.fileno(), stderr.fileno())
        except OSError as error:
            stderr.write(f"{error.filename or plan.argv[0]}: {error.strerror}\n".encode())
            exit_code = _NOT_FOUND if error.errno == errno.ENOENT else _CANNOT_EXECUTE
    elapsed = time.monotonic() - began
    lost = [
        reason
        for name, path, suffix in (("stdout", plan.stdout_path, "OU"), ("stderr", plan.stderr_path, "ER"))
        if (reason := _deliver(directory / name, tree, path, f"{plan.job_id}.{suffix}"))
    ]
    return JobEnd(exit_code, elapsed, "; ".join(lost))


def _run(plan: Plan, tree: Tree, directory: Path, stdout: int, stderr: int) -> int:
    working_directory = tree.locate(plan.directory)
    if not working_directory.is_dir():
        raise NotADirectoryError(errno.ENOENT, "No such directory", plan.directory)
    control = os.open(directory / CONTROL, os.O_RDWR | os.O_NONBLOCK)
    ready, wake_up = os.pipe()
    os.set_blocking(wake_up, False)
    signal.set_wakeup_fd(wake_up)
    signal.signal(signal.SIGCHLD, _note)
    # A sandbox must survive the SIGTERM that is meant for the job in it; it inherits this handler.
    signal.signal(signal.SIGTERM, signal.SIG_IGN if plan.confined else _note)
    job = subprocess.Popen(  # noqa: S603 - running what the user asks for is the purpose
        plan.argv,
        cwd=working_directory,
        env=plan.environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )
    signal.signal(signal.SIGTERM, _note)
    ending = _await_end(job, control, ready, time.monotonic() + plan.walltime)
    _end(job, plan.kill_grace)
    if ending is not None:
        return ending
    # PBS adds 256 to the number of the signal that ended a job.
    return job.returncode if job.returncode >= 0 else 256 - job.returncode


def _note(_number: int, _frame: object) -> None:
    """Handle a signal by doing nothing: the wake-up pipe records that it came."""


def _await_end(job: subprocess.Popen[bytes], control: int, ready: int, deadline: float) -> int | None:
    """Wait until the job ends or must be ended.

    Returns:
        The exit code of a job that must be ended, ``None`` for a job that ended by itself.
    """
    while job.poll() is None:
        left = deadline - time.monotonic()
        if left <= 0:
            return OVER_WALLTIME
        readable, _, _ = select.select([control, ready], [], [], left)
        if control in readable:
            return TERMINATED
        if ready in readable and signal.SIGTERM in os.read(ready, 64):
            return TERMINATED
    return None


def _end(job: subprocess.Popen[bytes], grace: float) -> None:
    """End a job if it is still running, gently at first, and all that it left in its process group."""
    if job.poll() is None:
        _signal(job, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            job.wait(grace)
    _signal(job, signal.SIGKILL)
    job.wait()


def _signal(job: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # If no process is left, macOS reports a permission error.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(job.pid, number)


def _deliver(spool: Path, tree: Tree, path: str, name: str) -> str:
    """Move output to where it belongs: a file, or an existing directory.

    Returns:
        Why the output could not be delivered and is lost, or an empty string.
    """
    try:
        place = tree.locate(path)
        if place.is_dir():
            place = tree.locate(f"{path}/{name}")
        target = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
        with os.fdopen(target, "wb") as file, spool.open("rb") as source:
            while chunk := source.read(2**20):
                file.write(chunk)
    except OSError as error:
        return f"Unable to copy output file to {path}: {error.strerror}"
    finally:
        spool.unlink()
    return ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
