"""From the start of a process to its list of tools, the time that a client waits."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import perf_counter

from benchmarks import ours
from benchmarks.figure import Figure, Goal
from benchmarks.plan import Benchmark, Plan
from benchmarks.rounds import Side, rounds
from benchmarks.stdio import Era, StdioServer

ERAS: tuple[tuple[Era, str], ...] = (("2025-11-25", "with a handshake"), ("2026-07-28", "without"))


async def measure(plan: Plan) -> list[Figure]:
    """Start both servers repeatedly, in both eras of the protocol."""
    state = plan.fresh("start")
    figures = []
    for era, how in ERAS:
        measured = await rounds(
            plan.rounds,
            ours=_started(lambda era=era: ours.over_stdio(state, era=era)),  # type: ignore[misc]
            floor=_started(lambda era=era: ours.floor_over_stdio(state, era=era)),  # type: ignore[misc]
        )
        figures.append(
            measured.figure(
                f"process start to tools/list, {how}", "floor", goal=Goal(1.25), note=f"protocol {era}"
            )
        )
    return figures


def _started(start: Callable[[], AbstractContextManager[StdioServer]]) -> Side:
    async def once() -> float:
        began = perf_counter()
        with start() as server:
            server.list_tools()
            return perf_counter() - began

    return once


START = Benchmark("start", "process start to tools/list", measure)
