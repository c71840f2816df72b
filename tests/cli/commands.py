"""Run the real command in a process of its own, as a user does."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

JOB = ("-A", "LocalDemo", "-q", "debug", "-d", "/eagle/LocalDemo/cli")


@dataclass(frozen=True)
class Terminal:
    """A state directory with its local facility, used from a shell."""

    state: Path
    environment: dict[str, str] = field(default_factory=dict)

    def with_settings(self, **variables: str) -> Terminal:
        """The same terminal with these environment variables."""
        return Terminal(self.state, self.environment | variables)

    @property
    def variables(self) -> dict[str, str]:
        """The environment that commands run in."""
        return os.environ | {"ALCF_MCP_FACILITY": "local"} | self.environment

    def run(self, *arguments: str, check: bool = False, piped: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command, with pipes for its input and output."""
        return subprocess.run(
            self.command(*arguments),
            env=self.variables,
            input=piped,
            capture_output=True,
            text=True,
            check=check,
        )

    def answer(self, answer: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command whose stdin is a terminal, at which the user types an answer."""
        ours, theirs = pty.openpty()
        try:
            os.write(ours, answer.encode())
            return subprocess.run(
                self.command(*arguments),
                env=self.variables,
                stdin=theirs,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            os.close(ours)
            os.close(theirs)

    def answer_after(
        self, answer: str, meanwhile: Callable[[], None], *arguments: str
    ) -> tuple[int | None, str]:
        """Answer a question only after something else has happened; the status, and what was written."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            self.command(*arguments),
            env=self.variables,
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            said = ""
            while "[y/N]" not in said and process.poll() is None:
                said += process.stderr.read(1)
            meanwhile()
            os.write(ours, answer.encode())
            said += process.communicate()[1]
        os.close(ours)
        os.close(theirs)
        return process.returncode, said

    def submit(self, text: str, *more: str) -> str:
        """Submit a script, and return the number of its job."""
        script = self.state.parent / "script.sh"
        script.write_text(text)
        done = self.run("submit", str(script), *JOB, *more, check=True)
        return done.stdout.split()[2].partition(".")[0]

    def command(self, *arguments: str) -> list[str]:
        """The command as a process is started with it."""
        where = ("--state-dir", str(self.state)) if arguments and arguments[0] != "--help" else ()
        return [sys.executable, "-m", "alcf_mcp", *arguments, *where]


@contextmanager
def served(state: Path) -> Iterator[Terminal]:
    """A terminal whose facility is served by another process, with its token in the environment."""
    command = [sys.executable, "-m", "alcf_mcp", "local", "--port", "0", "--state-dir", str(state / "theirs")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        url = process.stderr.readline().split()[5].rstrip(";")
        token = (state / "theirs" / "local" / "token").read_text().strip()
        variables = {"ALCF_MCP_API_URL": url, "ALCF_MCP_ACCESS_TOKEN": token, "ALCF_MCP_FACILITY": "alcf"}
        yield Terminal(state / "ours", variables)
    finally:
        process.terminate()
        process.communicate()
