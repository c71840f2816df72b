"""A home directory for one client, and everything that runs in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer

SERVER = Path(sys.executable).parent / "alcf-mcp"

_QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "GEMINI_CLI_TRUST_WORKSPACE": "true",
    "GEMINI_TELEMETRY_ENABLED": "false",
    "MCP_INSPECTOR_SECRET_STORE": "memory",
    # Anything else that a client wants to report to its vendor ends here.
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1,localhost",
}

_NOTHING: Mapping[str, str] = {}

_SECONDS = 50


@dataclass(frozen=True)
class Home:
    """An unused home directory, whose programs know only ``PATH`` of this machine's environment.

    Args:
        path: the directory.
    """

    path: Path
    environment: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        path = os.pathsep.join([str(SERVER.parent), os.environ["PATH"]])
        self.environment.update(_QUIET, HOME=str(self.path), PATH=path, LANG="C.UTF-8")

    @property
    def state(self) -> Path:
        """Where the server keeps its journal and the local facility."""
        return self.path / ".local" / "state" / "alcf-mcp"

    def at_facility(self, path: str) -> Path:
        """Where a path of the local facility is on disk."""
        return self.state / "local" / "tree" / path.lstrip("/")

    def mode(self, path: str) -> str:
        """The mode of a path of the local facility, in octal."""
        return f"{self.at_facility(path).stat().st_mode & 0o777:o}"

    def install(self, client: str) -> None:
        """Add the server, with the local facility, to a client as a user would."""
        done = self.run(SERVER, "install", client, "--local")
        assert done.returncode == 0, done.stderr

    def run(
        self, *command: str | Path, environment: Mapping[str, str] = _NOTHING
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, with no input.

        Args:
            command: the program and its arguments.
            environment: further environment variables for it.
        """
        with self.start(*command, environment=environment) as program:
            output, errors = program.communicate()
            return subprocess.CompletedProcess(command, program.returncode, output, errors)

    @contextmanager
    def start(
        self, *command: str | Path, cwd: Path | None = None, environment: Mapping[str, str] = _NOTHING
    ) -> Iterator[subprocess.Popen[str]]:
        """Run a program in the background. At the end, or after too long, its whole group is killed.

        Args:
            command: the program and its arguments.
            cwd: where it runs, if not in this home.
            environment: further environment variables for it.
        """
        program = subprocess.Popen(
            command,
            cwd=cwd or self.path,
            env={**self.environment, **environment},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        # Killing it ends its output, so whoever is reading that goes on, and fails.
        too_long = Timer(_SECONDS, _kill_group, [program.pid])
        too_long.start()
        with program:
            try:
                yield program
            finally:
                too_long.cancel()
                _kill_group(program.pid)

    def end(self, seconds: float = 5) -> list[str]:
        """Kill what is still running in this home after so many seconds; only Linux lets us find it.

        Returns:
            The commands that had to be killed.
        """
        end = time.monotonic() + seconds
        while (running := dict(self._running())) and time.monotonic() < end:
            time.sleep(0.1)
        for process in running:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        return list(running.values())

    def _running(self) -> Iterator[tuple[int, str]]:
        mine = f"HOME={self.path}".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if mine in (process / "environ").read_bytes().split(b"\0"):
                    yield int(process.name), (process / "cmdline").read_text().replace("\0", " ")


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
