"""How often jobs start outside the range that was told, and how wide ranges are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import anyio.to_process

from alcf_mcp.activity.models import Activity
from alcf_mcp.activity.parsing import parse_activity
from alcf_mcp.activity.start_range import StartRange
from alcf_mcp.activity.unknown import ActivityUnknown
from benchmarks.backtest import Judged, Score, recorded, synthetic
from benchmarks.figure import Figure, Goal
from benchmarks.plan import Benchmark, Plan
from benchmarks.processes import ROOT

TUNED_ON = (1, 2, 3, 4)
"""Seeds of the days on which the ranges' widening was chosen."""

HELD_OUT = (21, 22, 23, 24)
"""Seeds of days that nobody looked at before: what counts."""

FEEDS = ROOT / "benchmarks" / "feeds"
"""Recorded feeds, as ``<machine>/<any name>.json``, in order of their names."""

SPANS = ((1, "likely within 1 h"), (4, "within 4 h"), (24, "within a day"))
LONGER = "later"


async def measure(plan: Plan) -> list[Figure]:
    """Ask on synthetic days, and in recorded feeds if there are any."""
    seeds = plan.pick(len(HELD_OUT), 1)
    held_out = await _judged(HELD_OUT[:seeds])
    figures = list(_figures("synthetic days", held_out, await _judged(TUNED_ON[:seeds])))
    for machine in sorted(FEEDS.glob("*/")):
        figures += _figures(f"recorded feeds of {machine.name}", recorded(_feeds(machine)))
    return figures


async def _judged(seeds: Sequence[int]) -> list[Judged]:
    return [one for seed in seeds for one in await anyio.to_process.run_sync(synthetic, seed)]


def _figures(name: str, judged: Sequence[Judged], tuned_on: Sequence[Judged] = ()) -> Iterator[Figure]:
    """The share of starts outside and the width, beside those of the days that the ranges were tuned on."""
    score = Score.of(judged)
    tuned = Score.of(tuned_on) if tuned_on else None
    against = "the days it was tuned on" if tuned else ""
    asked = f"{score.judged} starts; a range for {score.told} of {score.asked} questions"
    yield Figure(
        f"{name}: starts outside the range told",
        "share",
        score.outside,
        tuned.outside if tuned else None,
        against,
        goal=Goal(0.2, "ours"),
        note=f"{asked}; {_by_kind(judged)}",
    )
    width = tuned.width if tuned else None
    yield Figure(f"{name}: width of a range", "s", score.width, width, against, note=_by_wait(judged))


def _by_kind(judged: Sequence[Judged]) -> str:
    """Shares for jobs that waited already, and for those that were yet to be submitted."""
    queued = Score.of([one for one in judged if one.submitted])
    coming = Score.of([one for one in judged if not one.submitted])
    return f"waiting jobs {queued.outside:.0%}, not yet submitted ones {coming.outside:.0%}"


def _by_wait(judged: Sequence[Judged]) -> str:
    """Shares and widths by how long a job was told to wait most likely: what its user knows beforehand."""
    told = sorted((one for one in judged if isinstance(one.told, StartRange)), key=_likely)
    scores = [(span, Score.of(list(ones))) for span, ones in groupby(told, key=_span)]
    return "; ".join(
        f"{span}: {score.outside:.0%} outside, {score.width / 3600:.1f} h" for span, score in scores
    )


def _likely(one: Judged) -> float:
    return one.told.likely if isinstance(one.told, StartRange) else 0.0


def _span(one: Judged) -> str:
    hours = _likely(one) / 3600
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
