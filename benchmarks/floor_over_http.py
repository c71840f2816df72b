"""The floor over HTTP, stateless: ``python -m benchmarks.floor_over_http`` serves bare tools of the SDK."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import anyio.to_thread
import uvicorn
from pydantic import SecretStr

from alcf_mcp.loopback import listen_on, parse_address
from benchmarks.figure import MeasurementFailed
from benchmarks.floor import build_handwritten, with_trivial_tool
from benchmarks.processes import python_module
from benchmarks.script import Script

STDIN = 0


@contextmanager
def floor_over_http(directory: Path, facility_url: str) -> Iterator[int]:
    """Serve the floor in a process of its own; yields its port.

    Raises:
        MeasurementFailed: it does not start.
    """
    errors = directory / "floor.stderr"
    environment = os.environ | {"FACILITY_URL": facility_url}
    with python_module("benchmarks.floor_over_http", environment=environment, errors=errors) as process:
        assert process.stdout is not None
        port = process.stdout.readline()
        if not port:
            raise MeasurementFailed(f"the floor did not start: {errors.read_text()[-500:]}")
        yield int(port)


async def _serve(facility_url: str) -> None:
    """Print the port, and serve until standard input ends."""
    async with Script(facility_url, SecretStr("none")) as script, anyio.create_task_group() as group:
        app = with_trivial_tool(build_handwritten(script)).streamable_http_app(stateless_http=True)
        web = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        with listen_on(parse_address("127.0.0.1"), 0) as listener:
            sys.stdout.write(f"{listener.getsockname()[1]}\n")
            sys.stdout.flush()
            group.start_soon(web.serve, [listener])
            await anyio.to_thread.run_sync(os.read, STDIN, 1, abandon_on_cancel=True)
            web.should_exit = True


if __name__ == "__main__":
    anyio.run(_serve, os.environ["FACILITY_URL"])
