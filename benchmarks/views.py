"""What views cost: the bytes of their pages, the time until one is drawn, and nothing for other clients."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median
from typing import Any

from mcp import Client
from mcp.client.extension import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID

from alcf_mcp.config import load_settings
from alcf_mcp.server import build_server
from alcf_mcp.tools.catalog import GROUPS
from alcf_mcp.views import catalog
from alcf_mcp.views.page import page
from benchmarks import ours
from benchmarks.facility import served
from benchmarks.figure import Figure, Goal
from benchmarks.jobs import submit_held
from benchmarks.plan import Benchmark, Plan
from tests.views.browser import Browser, browsing, what_is_missing

MOST_BYTES = 30_000
MOST_SECONDS = 0.15
JOBS = 200

DRAWS = [advertise(EXTENSION_ID, {"mimeTypes": [APP_MIME_TYPE]})]

FIRST_DRAWING = """\
addEventListener("DOMContentLoaded", () => {
  const painted = () => (window.drawnAt = performance.timeOrigin + performance.now());
  new MutationObserver((_, observer) => {
    if (!document.querySelector(".row")) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(painted));
  }).observe(document, { childList: true, subtree: true });
});
"""
"""Notes when the first rows have been painted."""


async def measure(plan: Plan) -> list[Figure]:
    """Measure pages, definitions, and the time until many jobs are drawn."""
    pages = [
        Figure(f"the page of {view.name}", "bytes", _page_bytes(view), goal=Goal(MOST_BYTES, "ours"))
        for view in catalog.VIEWS
    ]
    drawing = [] if what_is_missing() else [await _drawing(plan)]
    return [*pages, await _definitions(plan), *drawing]


def _page_bytes(view: catalog.View) -> int:
    return len(page(view, list(GROUPS)).encode())


async def _definitions(plan: Plan) -> Figure:
    """What a client that draws no views is sent, beside the definitions themselves."""
    settings = load_settings(state_dir=plan.fresh("views"), api_url=ours.NOWHERE)
    listed = {}
    for name, extensions in (("plain", []), ("draws", DRAWS)):
        async with Client(build_server(settings), extensions=extensions) as client:
            listed[name] = _bytes([_wire(tool) for tool in (await client.list_tools()).tools])
    defined = _bytes([_wire(tool) for tool in await build_server(settings).list_tools()])
    return Figure.beside(
        "definitions for clients without views",
        "bytes",
        listed["plain"],
        defined,
        "the definitions",
        goal=Goal(1.0),
        note=f"{listed['draws'] - listed['plain']} bytes more for clients with views",
    )


async def _drawing(plan: Plan) -> Figure:
    """The time from an answer with many jobs to its first drawing."""
    async with _jobs(plan) as (html, options), browsing() as browser:
        seconds = [await _first_drawing(browser, html, options) for _ in range(plan.rounds + 1)][1:]
    return Figure(
        f"{JOBS} jobs drawn after the answer",
        "s",
        median(seconds),
        goal=Goal(MOST_SECONDS, "ours"),
        note="in Chromium, by the official bridge",
    )


@asynccontextmanager
async def _jobs(plan: Plan) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    async with served(plan, task_latency=0.0) as facility:
        settings = load_settings(
            state_dir=plan.fresh("views"),
            api_url=facility.url,
            access_token=facility.token,
            confirm="off",
        )
        async with Client(build_server(settings), extensions=DRAWS) as client:
            await submit_held(client, JOBS)
            arguments = {"limit": JOBS}
            result = _wire(await ours.call(client, "list_jobs", **arguments))
            (view,) = (view for view in catalog.VIEWS if "list_jobs" in view.tools)
            tool = {"name": "list_jobs", "inputSchema": {"type": "object"}}
            yield (
                page(view, list(GROUPS)),
                {"context": {"toolInfo": {"tool": tool}}, "input": arguments, "result": result},
            )


async def _first_drawing(browser: Browser, html: str, options: dict[str, Any]) -> float:
    await browser.open(html, width=720, options=options, init=FIRST_DRAWING)
    drawn = await browser.run("return view.waitForFunction('window.drawnAt').then((at) => at.jsonValue())")
    sent = await browser.run("return page.evaluate('window.seen.sent')")
    return float(drawn - sent) / 1000


def _wire(model: Any) -> Any:
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def _bytes(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


VIEWS = Benchmark("views", "what views cost", measure)
