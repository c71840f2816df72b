"""A facility in bad weather, in its own process; ``python -m tests.soak.facility`` is that process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alcf_mcp.local import LocalFacility, LocalSettings, Weather, serve
from alcf_mcp.local.app import WithFeed
from alcf_mcp.local.faults import FaultyGateway
from alcf_mcp.local.settings import Profile
from tests.soak.operations import HELD

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0


@dataclass(frozen=True)
class Conditions:
    """A facility's settings and its weather; ``longest`` is the longest delay in seconds."""

    root: str
    profile: Profile
    seed: int
    rate: float
    longest: float

    @property
    def database(self) -> Path:
        return Path(self.root) / "facility.sqlite"

    @property
    def report(self) -> Path:
        return Path(self.root) / "report.json"

    @property
    def token(self) -> str:
        return (Path(self.root) / "token").read_text()


class Witness:
    """ASGI middleware behind the faults that counts the changes of jobs that were carried out.

    The facility's record shows the current state of jobs, not how often they were changed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.carried_out: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 300:
                replayed = (b"idempotency-key-reply", b"hit") in message["headers"]
                self.carried_out[f"{scope['method']} {scope['path']}"] += not replayed
            await send(message)

        await self._app(scope, receive, watch if scope["type"] == "http" else send)


def watched(facility: LocalFacility) -> Witness:
    """Put a witness behind a facility's faults."""
    assert isinstance(facility.app, WithFeed)
    gateway = facility.app.api
    assert isinstance(gateway, FaultyGateway)
    gateway.app = witness = Witness(gateway.app)
    return witness


async def serve_in(conditions: Conditions) -> None:
    """Serve a facility until the process is interrupted, then record what happened."""
    settings = LocalSettings(
        root=Path(conditions.root),
        profile=conditions.profile,
        task_latency=(0.0, 0.05),
        tick=0.05,
        kill_grace=0.2,
        confine=False,
        held_names=HELD,
    )
    facility = LocalFacility(settings)
    witness = watched(facility)
    weather = Weather(seed=conditions.seed, rate=conditions.rate, longest=conditions.longest)
    facility.faults.weather = weather
    try:
        await serve(facility, on_ready=_announce)
    finally:
        report = {
            "requests": weather.drawn,
            "faults": [[*what, times] for what, times in weather.happened.items()],
            "carried_out": witness.carried_out,
        }
        conditions.report.write_text(json.dumps(report))


def _announce(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


@contextmanager
def facility_in(conditions: Conditions) -> Iterator[str]:
    """Start the facility's process and yield its URL. At the end, stop it and let it write its report."""
    command = [sys.executable, "-m", "tests.soak.facility", json.dumps(asdict(conditions))]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)


def report_of(conditions: Conditions) -> dict[str, Any]:
    """What a facility recorded when it was stopped."""
    report: dict[str, Any] = json.loads(conditions.report.read_text())
    return report


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        anyio.run(serve_in, Conditions(**json.loads(sys.argv[1])))
