"""What a facility did, according to its own record."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.soak.operations import Key, key_of

_MARK = re.compile(r"true # (soak-(?:\w+-)?\d+-\d+(?:-held)?)")
_TOOLS = {
    "mkdir": "make_directory",
    "chmod": "chmod",
    "rm": "remove_path",
    "upload": "upload_file",
    "cp": "copy_path",
    "mv": "move_path",
    "symlink": "symlink_path",
}
TOOLS_OF_TASKS = frozenset(_TOOLS.values())


@dataclass
class Effect:
    """How often something was done, and how often it failed as a task."""

    done: int = 0
    failed: int = 0


Effects = dict[Key, Effect]


def is_quiet(database: Path) -> bool:
    """Whether no job or task is running or about to run."""
    busy = (
        "SELECT EXISTS (SELECT 1 FROM jobs WHERE state IN ('queued', 'active'))"
        " OR EXISTS (SELECT 1 FROM tasks WHERE status IN ('pending', 'active'))"
    )
    with closing(sqlite3.connect(database)) as connection:
        return not connection.execute(busy).fetchone()[0]


def held_jobs(database: Path) -> list[str]:
    """The jobs that wait, and go on waiting."""
    with closing(sqlite3.connect(database)) as connection:
        return [str(row[0]) for row in connection.execute("SELECT id FROM jobs WHERE state = 'held'")]


def effects(database: Path, carried_out: Mapping[str, int]) -> Effects:
    """Everything that made a change.

    Args:
        database: the facility's record.
        carried_out: how often each request was carried out, by its method and path.
    """
    found: Effects = {}
    changes = Counter[Key]()
    for request, times in carried_out.items():
        method, _, path = request.partition(" ")
        job_id = path.rpartition("/")[2]
        if method == "PUT" and "/compute/job/" in path:
            changes["update_job", job_id] += times
        if method == "DELETE" and "/compute/cancel/" in path:
            changes["cancel_job", job_id] += times
    with closing(sqlite3.connect(database)) as connection:
        for job_id, spec, canceled in connection.execute("SELECT id, spec, canceled FROM jobs"):
            script = " ".join(json.loads(spec).get("arguments", ()))
            mark = _MARK.search(script)
            found.setdefault(("submit_job", mark[1] if mark else job_id), Effect()).done += 1
            changes["cancel_job", job_id] = max(changes["cancel_job", job_id], canceled)
        for command, arguments, status in connection.execute("SELECT command, args, status FROM tasks"):
            if command in _TOOLS:
                effect = found.setdefault(key_of(_TOOLS[command], json.loads(arguments)), Effect())
                effect.done += status == "completed"
                effect.failed += status != "completed"
    return found | {key: Effect(done=times) for key, times in changes.items() if times}
