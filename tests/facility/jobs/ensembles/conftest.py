"""Runs the script of an ensemble with bash, on nodes that exist in name only."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from alcf_mcp.facility.jobs.ensembles import Progress, ensemble_of
from alcf_mcp.facility.jobs.ensembles.rendering import LOG_BYTES, as_one_job
from alcf_mcp.facility.jobs.request import NewJobRequest
from alcf_mcp.facility.paths import RemotePath


@dataclass(frozen=True)
class Batch:
    """The job of an ensemble, as PBS would run it.

    Attributes:
        here: the directory in which it runs.
        script: the script that was rendered.
        size: how many members the ensemble has.
        environment: the job's environment.
    """

    here: Path
    script: str
    size: int
    environment: dict[str, str]

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        process = self.start()
        stdout, stderr = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def start(self) -> "subprocess.Popen[str]":
        """Start it in a session of its own."""
        return subprocess.Popen(
            ["/bin/bash", "-c", self.script],
            cwd=self.here,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    @property
    def root(self) -> Path:
        """The ensemble's directory."""
        return self.here / "sweep-12"

    def member(self, number: int) -> Path:
        """A member's directory."""
        return self.root / f"member-{number:03}"

    def log(self, number: int) -> str:
        """What a member wrote."""
        return (self.member(number) / "output.log").read_text()

    def progress(self, *, running: bool = False) -> Progress:
        """How far it is by its status file."""
        return Progress.read((self.root / "status.tsv").read_text(), self.size, running=running)


MakeBatch = Callable[..., Batch]


@pytest.fixture
def batch(tmp_path: Path) -> MakeBatch:
    """A function that makes the job of an ensemble on four nodes."""
    programs = tmp_path / "bin"
    programs.mkdir()
    mpiexec = programs / "mpiexec"
    mpiexec.write_text(files("alcf_mcp.local").joinpath("shims", "mpiexec").read_text())
    mpiexec.chmod(0o755)

    def make(
        script: str | None,
        ensemble: str,
        *,
        nodes: int = 4,
        to_run: tuple[int, ...] = (),
        log_bytes: int = LOG_BYTES,
        has_mpiexec: bool = True,
        lang: str = "C.UTF-8",
        **changes: Any,
    ) -> Batch:
        request = NewJobRequest(
            script=script,
            ensemble=ensemble,
            nodes=nodes,
            name="sweep",
            directory=RemotePath("/eagle/LocalDemo"),
            **changes,
        )
        made = ensemble_of(request, to_run=to_run)
        assert made is not None
        nodefile = tmp_path / "nodefile"
        nodefile.write_text("".join(f"node{number}\n" * 2 for number in range(nodes)))
        environment = {
            "PATH": f"{programs}:/usr/bin:/bin" if has_mpiexec else "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "LANG": lang,
            "PBS_NODEFILE": str(nodefile),
            "PBS_JOBID": "12.polaris-pbs-01",
        }
        # A login shell of the system may reset PATH.
        environment["BASH_FUNC_mpiexec%%"] = f'() {{ {mpiexec} "$@"; }}'
        if not has_mpiexec:
            del environment["BASH_FUNC_mpiexec%%"]
        sent = as_one_job(request, made, log_bytes=log_bytes).script
        assert sent is not None
        return Batch(tmp_path, sent, len(made.members), environment)

    return make
