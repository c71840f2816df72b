"""The soak of many people: what it takes for a difference, and a short run of it."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from alcf_mcp.journal import Action
from alcf_mcp.journal.actions import ActionOutcome
from tests.soak.client import Notes
from tests.soak.comparison import Told
from tests.soak.operations import Operation
from tests.soak.people import Crowd, gather
from tests.soak.people_comparison import Record, differences_of_person
from tests.soak.person import Attempt, OperationsOfOne, PersonAtWork, Way

LOGIN, OTHER = "person01", "person02"
CHMOD = Operation("chmod", {"path": f"/eagle/LocalDemo/soak-{LOGIN}-1-000001", "mode": "700"})


def action(outcome: ActionOutcome, arguments: Mapping[str, Any] = CHMOD.arguments, **more: Any) -> Action:
    facts: dict[str, Any] = {"began_at": datetime.now(UTC), "tool": CHMOD.tool, "client": "soak"}
    facts |= {"arguments": dict(arguments), "confirmed": "", "outcome": outcome}
    return Action(**facts | more)


def found(
    directory: Path, told: list[Told], actions: list[Action], tasks: list[dict[str, str]], way: Way | None
) -> list[str]:
    """What the comparison finds if one person tried one change."""
    database = directory / "facility.sqlite"
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("CREATE TABLE jobs (id, submitted, ended, exit_code, spec, canceled)")
        db.execute("CREATE TABLE tasks (command, args, status)")
        db.executemany(
            "INSERT INTO tasks VALUES ('chmod', ?, 'completed')", [(json.dumps(one),) for one in tasks]
        )
    person = PersonAtWork(Notes(LOGIN, StringIO()), [], OperationsOfOne(1))
    person.attempts.append(Attempt(CHMOD, way, told))
    return list(differences_of_person(person, Record(database, Counter(), actions, [])))


DONE, LOST, NOT_DONE = Told("done"), Told("lost"), Told("not done")
ONCE, OTHERS = dict(CHMOD.arguments), {"path": f"/eagle/LocalDemo/soak-{OTHER}-1-000001", "mode": "700"}


@pytest.mark.parametrize(
    ("told", "actions", "tasks", "way"),
    [
        ([DONE], [action("done")], [ONCE], "yes"),
        ([DONE, NOT_DONE], [action("done")], [ONCE], "twice at once"),
        ([LOST], [action("done")], [ONCE], "yes"),
        ([LOST], [], [], "yes"),
        ([LOST], [action("unknown")], [ONCE], "yes"),
        ([Told("unknown")], [action("done")], [ONCE], "yes"),
        ([NOT_DONE], [action("not confirmed")], [], "no"),
    ],
)
def test_what_agrees(tmp_path: Path, told: Any, actions: Any, tasks: Any, way: Any) -> None:
    assert found(tmp_path, told, actions, tasks, way) == []


@pytest.mark.parametrize(
    ("told", "actions", "tasks", "way", "says"),
    [
        ([DONE], [action("done")], [ONCE, ONCE], "twice", "at most once"),
        ([DONE, DONE], [action("done")], [ONCE], "twice", "two answers claim"),
        ([LOST], [action("done")], [ONCE], "no", "although the user said no"),
        ([LOST], [action("done")], [], "yes", "the journal says done"),
        ([LOST], [], [ONCE], "yes", "no record of it"),
        ([LOST], [action("sent")], [ONCE], "yes", "nobody has found out"),
        ([DONE], [], [], "yes", "the answer claims success"),
        ([LOST], [], [OTHERS], "yes", "crossing"),
        ([LOST], [action("refused", OTHERS)], [], "yes", "crossing"),
        ([LOST], [], [{"path": "/eagle/LocalDemo", "mode": "700"}], "yes", "not requested"),
    ],
)
def test_what_differs(tmp_path: Path, told: Any, actions: Any, tasks: Any, way: Any, says: str) -> None:
    assert says in " ".join(found(tmp_path, told, actions, tasks, way))


def test_an_answer_with_something_of_somebody_else_is_a_crossing() -> None:
    notes = Notes(LOGIN, StringIO())
    notes.hear("list_jobs", f"1.{LOGIN}.polaris-pbs-01")
    assert notes.wrong == []
    notes.hear("list_jobs", f"1.{OTHER}.polaris-pbs-01")
    assert "crossing: list_jobs" in notes.wrong[0]


async def test_all_agrees_after_a_short_run(tmp_path: Path) -> None:
    crowd = Crowd(seed=1, people=2, replicas=2, seconds=0.0, rate=0.1, kills=False, operations=10)
    gathered = await gather(crowd, tmp_path)
    assert gathered.differences == []
    assert all(person.calls >= crowd.operations for person in gathered.people)
    assert len({client.era for person in gathered.people for client in person.clients}) == 2
