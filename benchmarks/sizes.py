"""How many bytes a model has to read: the tools' definitions, and typical results."""

from __future__ import annotations

import json
from typing import Any

from mcp import Client

from alcf_mcp.config import TOOLSETS, load_settings
from alcf_mcp.server import build_server
from benchmarks import ours
from benchmarks.facility import PROJECT, ServedFacility, served
from benchmarks.figure import Figure, Goal
from benchmarks.jobs import submit, submit_held, wait_for_end
from benchmarks.plan import Benchmark, Plan
from benchmarks.script import Script

MOST_SEEN = {"default": 15_000, "core": 7_500}
MOST_WHOLE = 35_000
BYTES_A_TOKEN = 4
"""An approximation; every model has its own tokens."""

JOBS = 20
FILES = 50
LINES = 100
THE_ANSWER = "the facility's own answer"


async def measure(plan: Plan) -> list[Figure]:
    """Measure sizes once: they are the same on every machine."""
    definitions = [figure for toolset in TOOLSETS for figure in await _definitions(plan, toolset)]
    async with (
        served(plan, task_latency=0.0) as facility,
        ours.connected(plan.fresh("sizes"), facility, confirm="off") as client,
        Script(facility.url, facility.token) as script,
    ):
        return definitions + await _results(facility, client, script)


async def _definitions(plan: Plan, toolset: str) -> list[Figure]:
    settings = load_settings(toolsets=(toolset,), state_dir=plan.fresh("sizes"), api_url=ours.NOWHERE)
    async with Client(build_server(settings)) as client:
        tools = (await client.list_tools()).tools
    definitions = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]
    seen = [[tool[key] for key in ("name", "description", "inputSchema")] for tool in definitions]
    is_default = toolset == "default"
    return [
        _size(f"toolset {toolset}: what models see", seen, MOST_SEEN.get(toolset)),
        _size(f"toolset {toolset}: whole", definitions, MOST_WHOLE if is_default else None),
    ]


def _size(name: str, value: Any, most: int | None) -> Figure:
    size = _bytes(value)
    note = f"{len(value)} tools, {_tokens(size)}"
    return Figure(name, "bytes", size, goal=Goal(most, "ours") if most else None, note=note)


async def _results(facility: ServedFacility, client: Client, script: Script) -> list[Figure]:
    """Typical results beside the facility's own responses."""
    job_id = await submit(client, script=f"seq -f 'step %g: loss 0.25' 1 {LINES}\n")
    await submit_held(client, JOBS)
    await wait_for_end(client, job_id)
    results = facility.on_disk(f"{PROJECT}/results")
    results.mkdir()
    for number in range(FILES):
        (results / f"output-{number:03}.h5").touch()
    return [
        await _result(client, "list_jobs", f"{JOBS} jobs", await script.list_jobs()),
        await _result(client, "get_job", "an ended job", await script.get_job(job_id), job_id=job_id),
        await _result(
            client,
            "list_directory",
            f"{FILES} entries",
            await script.ls(f"{PROJECT}/results"),
            path=f"{PROJECT}/results",
        ),
        await _result(
            client,
            "get_job_output",
            f"{LINES} lines",
            await script.tail(f"{PROJECT}/jobs/{job_id}.OU", LINES),
            job_id=job_id,
            stream="stdout",
            tail_lines=LINES,
        ),
    ]


async def _result(client: Client, tool: str, what: str, answer: Any, **arguments: Any) -> Figure:
    """What a model reads of a result: its structured content or its text, depending on the client."""
    result = await ours.call(client, tool, **arguments)
    text = len(ours.text_of(result).encode())
    structured = _bytes(result.structured_content) if result.structured_content else 0
    size = structured or text
    note = f"structured {structured}, text {text}; {_tokens(size)}"
    return Figure.beside(f"{tool}, {what}", "bytes", size, _bytes(answer), THE_ANSWER, note=note)


def _bytes(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _tokens(size: int) -> str:
    return f"{size // BYTES_A_TOKEN} tokens of {BYTES_A_TOKEN} bytes"


SIZES = Benchmark("sizes", "bytes that a model reads", measure)
