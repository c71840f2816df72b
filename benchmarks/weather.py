"""How often jobs start outside the range that was told, and how wide ranges are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import anyio.to_process

from alcf_mcp.activity.models import Activity
from alcf_mcp.activity.parsing import parse_activity
from alcf_mcp.activity.unknown import ActivityUnknown
from benchmarks.backtest import Judged, Score, recorded, synthetic
from benchmarks.figure import Figure, Goal
from benchmarks.plan import Benchmark, Plan
from benchmarks.processes import ROOT

HELD_OUT = (3, 4)
"""Seeds of days that were not looked at when the ranges were tuned; the tuned ones are 1 and 2."""

FEEDS = ROOT / "benchmarks" / "feeds"
"""Recorded feeds, as ``<machine>/<any name>.json``, in order of their names."""

SPANS = ((1, "less than 1 h"), (4, "1 to 4 h"), (24, "4 to 24 h"))
LONGER = "more than a day"


async def measure(plan: Plan) -> list[Figure]:
    """Ask on synthetic days, and in recorded feeds if there are any."""
    seeds = HELD_OUT[:1] if plan.quick else HELD_OUT
    judged = [one for seed in seeds for one in await anyio.to_process.run_sync(synthetic, seed)]
    figures = list(_figures("synthetic days", judged))
    for machine in sorted(FEEDS.glob("*/")):
        figures += _figures(f"recorded feeds of {machine.name}", recorded(_feeds(machine)))
    return figures


def _figures(name: str, judged: Sequence[Judged]) -> Iterator[Figure]:
    score = Score.of(judged)
    note = f"{score.judged} starts; a range for {score.told} of {score.asked} questions"
    yield Figure(
        f"{name}: starts outside the range told", "share", score.outside, goal=Goal(0.2, "ours"), note=note
    )
    yield Figure(f"{name}: median width of a range", "s", score.width, note=_by_wait(judged))


def _by_wait(judged: Sequence[Judged]) -> str:
    """Widths and shares by how long jobs waited."""
    known = sorted((one for one in judged if one.wait is not None), key=lambda one: one.wait or 0.0)
    scores = [(span, Score.of(list(ones))) for span, ones in groupby(known, key=_span)]
    return "; ".join(
        f"waited {span}: {1 - score.outside:.0%} inside, {score.width / 3600:.1f} h" for span, score in scores
    )


def _span(one: Judged) -> str:
    hours = (one.wait or 0.0) / 3600
    return next((span for most, span in SPANS if hours < most), LONGER)


def _feeds(machine: Path) -> list[Activity]:
    """The feeds in a directory that can be read; maintenance tells nothing."""
    feeds = []
    for path in sorted(machine.glob("*.json")):
        try:
            feed = parse_activity(machine.name, path.read_bytes(), path.stat().st_mtime)
        except ActivityUnknown:
            continue
        if not feed.maintenance:
            feeds.append(feed)
    return feeds


WEATHER = Benchmark("weather", "ranges of when jobs start", measure)
