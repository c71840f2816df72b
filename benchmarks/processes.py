"""Processes that end with the block that uses them, and with this process, however it ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.figure import MeasurementFailed

ROOT = Path(__file__).parent.parent
ENDING_SECONDS = 5.0


@contextmanager
def python_module(
    *arguments: str, environment: Mapping[str, str], errors: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``python -m`` with pipes for its input and output.

    The module must end when its input ends, so that it does not outlive a parent that was killed. Signals
    from the terminal do not reach it, so that it is shut down in order.

    Args:
        arguments: the module and its arguments.
        environment: its whole environment.
        errors: the file for its standard error.
    """
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            bufsize=0,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(OSError):
        process.stdin.close()
    try:
        process.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    finally:
        process.stdout.close()


def memory_of(pid: int, field: str) -> int:
    """A process's memory in bytes, as Linux reports it: ``VmRSS`` now, ``VmHWM`` at its peak.

    Raises:
        MeasurementFailed: this system does not report it.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError as error:
        raise MeasurementFailed(f"memory is read from Linux's /proc/{pid}/status ({error})") from None
    for line in status.splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise MeasurementFailed(f"/proc/{pid}/status has no {field}")
