"""Finds differences between what one person's clients know, their journal, and the facility's record."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from alcf_mcp.journal import Action, PlannedJob
from tests.soak.chains import Ran, differences_of_chains
from tests.soak.client import ANYBODYS
from tests.soak.comparison import NOTHING, Told, differences_from
from tests.soak.operations import Key, key_of
from tests.soak.person import PersonAtWork
from tests.soak.record import effects


@dataclass(frozen=True)
class Record:
    """What the facility and the journal have of one person.

    Attributes:
        database: the facility's record.
        carried_out: how often each request was carried out, by its method and path.
        actions: the journal.
        plans: the planned jobs in it.
    """

    database: Path
    carried_out: Mapping[str, int]
    actions: list[Action]
    plans: list[PlannedJob]

    def jobs(self) -> dict[str, list[Ran]]:
        """The facility's jobs, by the names under which they were submitted."""
        found: dict[str, list[Ran]] = {}
        with closing(sqlite3.connect(self.database)) as connection:
            for *facts, spec in connection.execute("SELECT id, submitted, ended, exit_code, spec FROM jobs"):
                # The name changes with an update, the script does not.
                name = " ".join(json.loads(spec).get("arguments", ())).rpartition("# ")[2]
                found.setdefault(name, []).append(Ran(*facts))
        return found

    def texts(self) -> Iterator[str]:
        """All that is written there."""
        with closing(sqlite3.connect(self.database)) as connection:
            for table in ("jobs", "tasks"):
                yield from map(str, connection.execute(f"SELECT * FROM {table}"))
        yield from (one.model_dump_json() for one in (*self.actions, *self.plans))


def differences_of_person(person: PersonAtWork, record: Record) -> Iterator[str]:
    """Report what is of somebody else, was done twice, was lost, or was done against the person's will."""
    login = person.notes.login
    for text in record.texts():
        if {*ANYBODYS.findall(text)} - {login}:
            yield f"crossing: {text[:500]}"
    planned = {key_of("submit_job", {"name": plan.spec.name}) for plan in record.plans}
    happened = effects(record.database, record.carried_out)
    told = dict[Key, Told]()
    for attempt in person.attempts:
        key = attempt.operation.key
        if sum(one.claim == "done" for one in attempt.told) > 1:
            yield f"{' '.join(key)}: two answers claim that it was done: {attempt.told}"
        if attempt.way in ("no", "declined") and happened.get(key, NOTHING) != NOTHING:
            yield f"{' '.join(key)}: it was done although the user said {attempt.way}"
        if key not in planned:
            told[key] = attempt.summary()
            if told[key].claim == "unknown":  # the journal may have found it out since
                told[key] = Told("lost")
    others = {key: effect for key, effect in happened.items() if key not in planned}
    actions = [
        action
        for action in record.actions
        if action.outcome != "not confirmed" and key_of(action.tool, action.arguments) not in planned
    ]
    yield from differences_from(told, actions, others)
    yield from differences_of_chains(record.plans, person.plans, record.jobs())
    for action in record.actions:
        if action.outcome == "sent" and action.ended_at is None:
            yield f"{action.id}: nobody has found out what became of {action.tool} {action.arguments}"
