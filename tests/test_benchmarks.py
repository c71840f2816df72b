"""The benchmarks measure what they say; how quick anything is, no test asserts."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from alcf_mcp.activity.start_range import StartRange, StartUnknown
from benchmarks.backtest import Judged, Score
from benchmarks.figure import Figure, Goal, MeasurementFailed
from benchmarks.floor import TRIVIAL_TOOL
from benchmarks.floor_over_http import floor_over_http
from benchmarks.http_load import Load, loaded
from benchmarks.plan import Plan
from benchmarks.rounds import Rounds, rounds
from benchmarks.synthetic_days import Days
from benchmarks.synthetic_jobs import DAY
from benchmarks.terminal import measure as measure_terminal

ROOT = Path(__file__).parent.parent


async def test_sides_take_turns_and_the_first_round_does_not_count() -> None:
    turns: list[str] = []
    values = {"ours": iter([9.0, 2.0, 3.0, 8.0]), "floor": iter([9.0, 1.0, 1.0, 2.0])}

    async def ours() -> float:
        turns.append("ours")
        return next(values["ours"])

    async def floor() -> float:
        turns.append("floor")
        return next(values["floor"])

    measured = await rounds(3, ours=ours, floor=floor)
    assert measured.seconds == {"ours": [2.0, 3.0, 8.0], "floor": [1.0, 1.0, 2.0]}
    assert measured.made == 4
    assert turns == ["floor", "ours", "ours", "floor"] * 2

    figure = measured.figure("start", "floor", goal=Goal(2.5))
    assert (figure.ours, figure.reference) == (3.0, 1.0)
    assert (figure.ratio, figure.spread) == (3.0, (2.5, 3.5)), "of the rounds' own ratios: 2, 3 and 4"
    assert figure.met is False


def test_a_reference_may_have_several_parts() -> None:
    measured = Rounds({"ours": [6.0], "floor": [1.0], "script": [2.0]}, made=2)
    figure = measured.figure("call", "floor", "script")
    assert (figure.reference, figure.ratio, figure.against) == (3.0, 2.0, "floor + script")


def test_a_goal_is_of_the_ratio_or_of_the_number_itself() -> None:
    def beside(goal: Goal | None) -> Figure:
        return Figure.beside("size", "bytes", 300, 100, "the answer", goal=goal)

    assert beside(Goal(3.0)).met is True
    assert beside(Goal(2.9)).met is False
    assert beside(Goal(300, "ours")).met is True
    assert beside(None).met is None


@pytest.mark.slow
def test_a_quick_run_tells_its_figures_and_leaves_nothing_behind(tmp_path: Path) -> None:
    results = tmp_path / "latest.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", "sizes", "overhead"]
    done = subprocess.run(
        [*command, "--json", str(results)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    told = json.loads(results.read_text())
    assert told["failures"] == {}
    assert {"date", "processors", "system", "python", "versions"} == told["machine"].keys()
    assert {figure["benchmark"] for figure in told["figures"]} == {"sizes", "overhead"}
    assert all(figure["ours"] > 0 for figure in told["figures"])
    assert all(figure["name"].split()[0] in done.stdout for figure in told["figures"])
    assert list(tmp_path.iterdir()) == [results]


async def test_a_command_is_measured_beside_globus_only_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    library, globus = await measure_terminal(Plan(tmp_path, quick=True, wanted_rounds=1))
    assert library.ratio is not None
    assert (globus.ratio, globus.note) == (None, "not measured: no globus-cli was found")
    (tmp_path / "globus").write_text("#!/bin/sh\n")
    (tmp_path / "globus").chmod(0o700)
    _, globus = await measure_terminal(Plan(tmp_path, quick=True, wanted_rounds=1))
    assert globus.ratio is not None
    assert globus.against == "globus --help"


def test_a_start_range_is_judged_as_far_as_the_job_was_watched() -> None:
    told = StartRange(600, 1200, 3600)

    def inside(wait: float | None, watched: float) -> bool | None:
        return Judged(told, wait, watched).inside

    assert [inside(wait, 9000) for wait in (599, 600, 3600, 3601)] == [False, True, True, False]
    assert inside(None, 3601) is False, "it had not started when the range was over"
    assert inside(None, 3600) is None, "it may have started just then"
    assert Judged(StartUnknown("it is held"), 600, 9000).inside is None


def test_a_score_counts_what_can_be_judged() -> None:
    told = StartRange(0, 0, 100)
    judged = [Judged(told, 50, 999), Judged(told, 150, 999), Judged(told, None, 10)]
    score = Score.of([*judged, Judged(StartUnknown("it is held"), 1, 999)])
    assert (score.asked, score.told, score.judged) == (4, 3, 2)
    assert (score.outside, score.width) == (0.5, 100)


@pytest.mark.parametrize("seed", [5, 6])
def test_synthetic_days_never_give_away_more_nodes_than_there_are(seed: int) -> None:
    days = Days(Random(seed), DAY)
    while days.now < DAY:
        days.go_on()
        taken = [node for job in days.running for node in job.places]
        assert len(taken) == len(set(taken))
        assert not set(taken) & (days.free | days.down.keys())
    assert any(job.started is not None for job in days.jobs)


def test_load_over_http_counts_what_was_answered_and_fails_with_the_first_error(tmp_path: Path) -> None:
    with floor_over_http(tmp_path, "http://127.0.0.1:9") as port:
        load = Load([port], f"127.0.0.1:{port}", ["", ""], TRIVIAL_TOOL, {"text": "hello"}, seconds=0.2)
        measured = loaded(load)
        assert measured.calls > 2
        assert 0 < measured.seconds_a_call <= measured.p99 <= measured.seconds
        with pytest.raises(MeasurementFailed, match="nothing_like_it over HTTP failed"):
            loaded(replace(load, tool="nothing_like_it"))
