"""What a server for many people counts and times is recorded once somebody collects it, and not before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import time
from typing import Any

import anyio
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from alcf_mcp import measures
from alcf_mcp.journal import Journal, approvals
from alcf_mcp.store.sqlite import SQLiteStore
from alcf_mcp.team.fairness import FairLine
from alcf_mcp.team.person import Person
from tests.journal.test_plans import add, planned, submission

ADA, BOB = (Person("https://globus", name) for name in ("ada", "bob"))


class Told:
    """What has been recorded."""

    def __init__(self) -> None:
        self._reader = InMemoryMetricReader()
        self.meter = MeterProvider([self._reader], shutdown_on_exit=False).get_meter("tests")

    def points(self, measure: measures.Tally | measures.Timing) -> dict[str, Any]:
        """How much was recorded of a measure, by the value of its one attribute."""
        told: Any = self._reader.get_metrics_data()
        found = [
            point
            for about in (told.resource_metrics if told else ())
            for scope in about.scope_metrics
            for metric in scope.metrics
            if metric.name == measure.name
            for point in metric.data.data_points
        ]
        return {
            ",".join(map(str, one.attributes.values())): getattr(one, "count", None) or one.value
            for one in found
        }


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Collects everything, for one test."""
    for measure in measures.ALL:
        method = "add" if isinstance(measure, measures.Tally) else "record"
        monkeypatch.setattr(measure, method, getattr(measure, method))
    told = Told()
    measures.collect_all(told.meter)
    yield told


def test_a_measure_records_nothing_until_it_is_collected() -> None:
    told, tally = Told(), measures.Tally("tests.tally", "of the tests")
    tally.add(1, {measures.OUTCOME: "ok"})
    tally.collect(told.meter)
    assert told.points(tally) == {}
    tally.add(2, {measures.OUTCOME: "ok"})
    assert told.points(tally) == {"ok": 2}


def test_each_measure_has_a_name_of_its_own_and_a_description() -> None:
    assert len({measure.name for measure in measures.ALL}) == len(measures.ALL)
    every = [one for one in vars(measures).values() if isinstance(one, measures.Tally | measures.Timing)]
    assert every == [*measures.ALL]
    assert all(measure.description for measure in measures.ALL)


async def test_who_waits_in_line_is_timed_and_who_does_not_is_not(told: Told) -> None:
    line = FairLine(total=1, each=1)
    line.take(ADA)
    assert (line.used, line.all_waiting) == (1, 0)
    async with anyio.create_task_group() as group:
        group.start_soon(line.wait, BOB)
        await anyio.wait_all_tasks_blocked()
        assert line.all_waiting == 1
        with anyio.move_on_after(0):
            await line.wait(ADA)
        line.give_back(ADA)
    assert (line.used, line.all_waiting) == (1, 0)
    assert told.points(measures.WAITS_IN_LINE) == {"ok": 1, "gave_up": 1}


async def test_a_question_is_counted_once_and_when_it_expires(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = Journal(SQLiteStore(tmp_path / "journal.sqlite")).approvals
    about = {"tool": "chmod", "client": "tests"}
    for _ in range(2):
        await questions.question("a call", "Really?", **about)
    await questions.ask("a call", "terminal", preview="Really?", **about)
    asked = {"in_client": 1, "elsewhere": 1}
    assert told.points(measures.QUESTIONS) == asked
    assert not any(told.points(measures.EXPIRED_QUESTIONS).values())
    late = time() + approvals.SECONDS + 1
    monkeypatch.setattr(approvals, "time", lambda: late)
    await questions.question("a call", "Really?", **about)
    assert told.points(measures.EXPIRED_QUESTIONS) == {"": 2}
    assert told.points(measures.QUESTIONS) == asked | {"in_client": 2}


async def test_a_planned_job_is_counted_once_when_it_is_over(told: Told, tmp_path: Path) -> None:
    journal = Journal(SQLiteStore(tmp_path / "journal.sqlite"))
    first, second = await add(journal, planned()), await add(journal, planned())
    for _ in range(2):
        await journal.plans.close(first.number, "skipped", "it failed before")
    action = await journal.actions.begin(submission(), plan=second.number)
    assert action
    await journal.plans.submitted(second.number, action, "4711.polaris")
    counted = {outcome: number for outcome, number in told.points(measures.PLANNED_JOBS).items() if number}
    assert counted == {"skipped": 1, "submitted": 1}


@pytest.mark.parametrize("module", ["alcf_mcp.server", "alcf_mcp.http.serving", "alcf_mcp.team.serving"])
def test_nobody_loads_what_collects_unless_it_is_asked_for(module: str) -> None:
    command = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    modules = loaded.stdout.split()
    assert module in modules
    assert not {"opentelemetry.sdk", "opentelemetry.exporter", "prometheus_client"} & set(modules)
    if module == "alcf_mcp.server":
        assert "opentelemetry.metrics" not in modules
