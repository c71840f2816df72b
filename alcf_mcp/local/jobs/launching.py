"""Launches a job's supervisor: sets up its directory, environment and command line."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import anyio
import anyio.to_thread

import alcf_mcp
from alcf_mcp.local import supervisor
from alcf_mcp.local.catalog import LocalMachine
from alcf_mcp.local.jobs.records import JobRecord
from alcf_mcp.local.jobs.sandbox import Sandbox
from alcf_mcp.local.tree import Tree

_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
_SHIMS_INSIDE = "/opt/local-facility/bin"
_NODEFILES_INSIDE = "/var/spool/pbs/aux"
_SHIMS = ("mpiexec", "mpirun")
_MODULE_FUNCTION = '() { echo "module: there are no modules on the local facility" >&2; }'
_NODEFILE = "nodefile"


@dataclass(frozen=True, slots=True)
class JobLauncher:
    """Starts and ends jobs, and reports how they are doing.

    Attributes:
        tree: the facility's directories.
        jobs: the directory that holds one directory for every running job.
        shims: the directory with the facility's own commands.
        sandbox: the sandbox that confines jobs, if any.
        kill_grace: seconds between SIGTERM and SIGKILL.
    """

    tree: Tree
    jobs: Path
    shims: Path
    sandbox: Sandbox | None
    kill_grace: float

    def install_shims(self) -> None:
        """Put the facility's own commands where jobs find them."""
        self.shims.mkdir(exist_ok=True)
        for name in _SHIMS:
            draft = self.shims / f".{name}.{os.getpid()}"
            draft.write_text(files("alcf_mcp.local").joinpath("shims", "mpiexec").read_text())
            draft.chmod(0o755)
            draft.replace(self.shims / name)

    async def start(self, job: JobRecord, machine: LocalMachine) -> None:
        """Start a job's supervisor, which goes into the background at once."""
        directory = self._directory(job)
        await anyio.to_thread.run_sync(self._prepare, job, machine, directory)
        # Nothing of our own environment is passed on, except where the package is. -P and -S keep other
        # code out and the start fast.
        package = Path(alcf_mcp.__file__).parent.parent
        await anyio.run_process(
            [sys.executable, "-P", "-S", "-m", supervisor.__name__, str(directory)],
            env={"PYTHONPATH": str(package)},
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )

    def outcome(self, job: JobRecord) -> supervisor.JobEnd | None:
        """How a job ended, or ``None`` if it did not."""
        try:
            text = (self._directory(job) / supervisor.OUTCOME).read_text()
        except FileNotFoundError:
            return None
        return supervisor.JobEnd(**json.loads(text))

    def is_supervised(self, job: JobRecord) -> bool | None:
        """Whether a job's supervisor is alive; ``None`` if it has not started yet."""
        try:
            with (self._directory(job) / supervisor.LOCK).open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return None
        except BlockingIOError:
            return True
        return False

    def terminate(self, job: JobRecord) -> None:
        """Ask a job's supervisor to end the job. Asking twice does no harm."""
        with suppress(OSError):  # not listening yet, or no longer
            control = os.open(self._directory(job) / supervisor.CONTROL, os.O_WRONLY | os.O_NONBLOCK)
            try:
                os.write(control, b"x")
            finally:
                os.close(control)

    def clean_up(self, job: JobRecord) -> None:
        """Remove what a finished job needed."""
        shutil.rmtree(self._directory(job), ignore_errors=True)

    def _directory(self, job: JobRecord) -> Path:
        return self.jobs / str(job.number)

    def _prepare(self, job: JobRecord, machine: LocalMachine, directory: Path) -> None:
        directory.mkdir(mode=0o700, exist_ok=True)
        (directory / _NODEFILE).write_text("".join(f"{node}\n" for node in job.nodes))
        if self.sandbox is None:
            (directory / "tmp").mkdir(exist_ok=True)
        with suppress(FileExistsError):
            os.mkfifo(directory / supervisor.CONTROL, 0o600)
        plan = supervisor.Plan(
            job_id=job.id,
            argv=self._argv(job, directory),
            environment=self._environment(job, machine, directory),
            directory=job.spec.directory or self.tree.home,
            stdout_path=job.spec.stdout_path or "/dev/null",
            stderr_path=job.spec.stderr_path or "/dev/null",
            walltime=job.walltime,
            kill_grace=self.kill_grace,
            confined=self.sandbox is not None,
            tree=str(self.tree.root),
            username=self.tree.username,
        )
        (directory / supervisor.PLAN).write_text(json.dumps(vars(plan)))

    def _argv(self, job: JobRecord, directory: Path) -> list[str]:
        argv = [job.spec.executable or "", *job.spec.arguments]
        if self.sandbox is None:
            return [self._outside(argv[0]), *argv[1:]]
        return self.sandbox.command(
            argv,
            directory=job.spec.directory or self.tree.home,
            hostname=job.nodes[0],
            shown={
                _SHIMS_INSIDE: self.shims,
                f"{_NODEFILES_INSIDE}/{job.id}": directory / _NODEFILE,
            },
        )

    def _environment(self, job: JobRecord, machine: LocalMachine, directory: Path) -> dict[str, str]:
        confined = self.sandbox is not None
        working_directory = job.spec.directory or self.tree.home
        shims = _SHIMS_INSIDE if confined else str(self.shims)
        environment = {
            "HOME": self.tree.home if confined else self._outside(self.tree.home),
            "USER": self.tree.username,
            "LOGNAME": self.tree.username,
            "SHELL": "/bin/bash",
            "LANG": "C.UTF-8",
            "PATH": f"{shims}:{_SYSTEM_PATH}",
            "TMPDIR": "/tmp" if confined else str(directory / "tmp"),  # noqa: S108 - the sandbox's own
            "NCPUS": str(machine.cpus_per_node),
            "PBS_ACCOUNT": job.account,
            "PBS_ENVIRONMENT": "PBS_BATCH",
            "PBS_JOBID": job.id,
            "PBS_JOBNAME": job.spec.name or Path(job.spec.executable or "job").name,
            "PBS_NODEFILE": f"{_NODEFILES_INSIDE}/{job.id}" if confined else str(directory / _NODEFILE),
            "PBS_O_WORKDIR": working_directory if confined else self._outside(working_directory),
            "PBS_QUEUE": job.queue,
            "BASH_FUNC_module%%": _MODULE_FUNCTION,
        }
        if not confined:
            environment["ALCF_LOCAL_ROOT"] = str(self.tree.root)
            # A login shell resets PATH and would not find them.
            for name in _SHIMS:
                program = shlex.quote(str(self.shims / name))
                environment[f"BASH_FUNC_{name}%%"] = f'() {{ {program} "$@"; }}'
        return environment | job.spec.environment

    def _outside(self, path: str) -> str:
        """Translate a facility path to this computer; return any other path unchanged."""
        if not path.startswith(("/eagle/", "/lus/eagle/", "/home/")):
            return path
        try:
            return str(self.tree.locate(path))
        except OSError:
            return path
