"""Many clients that call one tool over HTTP as fast as it answers: ``python -m benchmarks.http_load``.

A process of its own, with as little as possible between the clock and the socket: a real client would cost
more than the server that it measures. Standard input says what to do, standard output what was measured.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from math import ceil
from time import perf_counter
from typing import Any

from benchmarks.figure import MeasurementFailed
from benchmarks.processes import ROOT

ERA = "2026-07-28"
_META = {
    "io.modelcontextprotocol/protocolVersion": ERA,
    "io.modelcontextprotocol/clientInfo": {"name": "benchmarks", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
ENDING_SECONDS = 60.0


@dataclass(frozen=True)
class Load:
    """What to call.

    Attributes:
        ports: the servers on this computer, which get the clients in turn.
        host: what the clients call them.
        tokens: one client for each bearer token; an empty one is not sent.
        tool: the tool.
        arguments: its arguments.
        seconds: for how long.
    """

    ports: list[int]
    host: str
    tokens: list[str]
    tool: str
    arguments: dict[str, Any]
    seconds: float


@dataclass(frozen=True)
class Measured:
    """What came of it.

    Attributes:
        calls: how many calls were answered.
        seconds: within which time.
        p99: the seconds within which 99 % of them were.
    """

    calls: int
    seconds: float
    p99: float

    @property
    def seconds_a_call(self) -> float:
        """The time that a call takes of the server, with all clients together."""
        return self.seconds / self.calls


def loaded(load: Load) -> Measured:
    """Put load on a server.

    Raises:
        MeasurementFailed: a call was refused or failed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.http_load"],
        cwd=ROOT,
        input=json.dumps(asdict(load)),
        capture_output=True,
        text=True,
        timeout=load.seconds + ENDING_SECONDS,
        check=False,
    )
    if done.returncode:
        raise MeasurementFailed(f"{load.tool} over HTTP failed: {done.stderr.strip()[-500:]}")
    return Measured(**json.loads(done.stdout))


async def _put(load: Load) -> Measured:
    began, took = perf_counter(), list[float]()
    until = began + load.seconds
    async with asyncio.TaskGroup() as group:
        for number, token in enumerate(load.tokens):
            port = load.ports[number % len(load.ports)]
            group.create_task(_call_until(until, port, _request(load, token), took))
    took.sort()
    return Measured(len(took), perf_counter() - began, took[ceil(len(took) * 0.99) - 1])


def _request(load: Load, token: str) -> bytes:
    params = {"_meta": _META, "name": load.tool, "arguments": load.arguments}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    body = json.dumps(message).encode()
    headers = {
        "Host": load.host,
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "Content-Length": len(body),
        "MCP-Protocol-Version": ERA,
        "Mcp-Method": "tools/call",
        "Mcp-Name": load.tool,
    }
    if token:
        headers["Authorization"] = f"Bearer {token}"
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /mcp HTTP/1.1\r\n{lines}\r\n".encode() + body


async def _call_until(until: float, port: int, request: bytes, took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (began := perf_counter()) < until:
        writer.write(request)
        status, body = await _answer(reader)
        took.append(perf_counter() - began)
        if status != 200 or b'"result"' not in body or b'"isError":true' in body:
            raise MeasurementFailed(f"{status}: {body[:300].decode(errors='replace')}")
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    fields = dict(line.split(": ", 1) for line in head.splitlines()[1:] if line)
    status = int(head.split()[1])
    if "content-length" in fields:
        return status, await reader.readexactly(int(fields["content-length"]))
    body = b""
    while size := int(await reader.readline(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return status, body


def main() -> None:
    """Read what to do, do it, and write what was measured."""
    load = Load(**json.load(sys.stdin))
    sys.stdout.write(json.dumps(asdict(asyncio.run(_put(load)))))


if __name__ == "__main__":
    main()
