"""Random operations, each of which can be recognised in the facility's record."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.conftest import Answered

PROJECT = "/eagle/LocalDemo"
JOB = {"resource": "polaris", "account": "LocalDemo", "walltime": "1m", "directory": PROJECT}
HELD = re.compile("-held$")
"""The names of jobs that the facility holds."""

_WEIGHTS = {
    "submit": 20,
    "submit to no queue": 3,
    "cancel": 15,
    "update": 13,
    "make a directory": 18,
    "make a directory nowhere": 3,
    "chmod": 11,
    "remove": 9,
    "read": 8,
}
_OF_THE_STANDARD = {"upload": 15, "copy": 12, "move": 12, "link": 6}
"""What a facility with the whole standard offers in addition."""

_MODES = ("700", "711", "750", "770")

_TOLD_APART_BY = {
    "submit_job": "name",
    "cancel_job": "job_id",
    "update_job": "job_id",
    "copy_path": "target_path",
    "move_path": "target_path",
    "symlink_path": "link_path",
}

Key = tuple[str, str]
"""The tool, and what identifies an operation: a job's name or id, or a path."""


@dataclass(frozen=True)
class Operation:
    """One call of a tool; ``makes`` is the kind of target that it creates for later calls, if it works."""

    tool: str
    arguments: dict[str, Any]
    makes: str | None = None

    @property
    def key(self) -> Key:
        return key_of(self.tool, self.arguments)


@dataclass(frozen=True)
class Performed:
    """An operation and the answer to it."""

    operation: Operation
    answered: Answered


@dataclass
class Operations:
    """Draws operations, no two with the same tool on the same job or path.

    With ``all_of_it``, this includes operations that ALCF does not have yet. ``whose`` is a part of all names
    and contents, where several people have operations.

    Every draw depends on the seed, on its number, and on the targets that exist by then.
    """

    seed: int
    all_of_it: bool = False
    whose: str = ""
    _pools: dict[str, list[str]] = field(default_factory=dict)

    def draw(self, number: int) -> Operation:
        """Draw the operation with this number."""
        random = Random(f"{self.seed}/{self.whose}{number}")
        weights = self.weights()
        kind = random.choices(list(weights), list(weights.values()))[0]
        mark = f"soak-{self.whose}{self.seed}-{number:06d}"
        directory = f"{PROJECT}/{mark}"
        match kind:
            case "cancel" if job := self._taken(random, "cancelable"):
                return Operation("cancel_job", {"job_id": job})
            case "update" if job := self._taken(random, "updatable"):
                return Operation("update_job", {"job_id": job, "name": mark})
            case "chmod" if path := self._taken(random, "new"):
                return Operation("chmod", {"path": path, "mode": random.choice(_MODES)}, "removable")
            case "remove" if path := self._taken(random, "removable"):
                return Operation("remove_path", {"path": path})
            case "upload" | "copy" | "link" | "move":
                return self._placing(random, kind, directory)
            case "submit" | "cancel" | "update":
                held = random.random() < 0.8
                return Operation("submit_job", _job(mark, "prod", held=held), "waiting" if held else "ran")
            case "submit to no queue":
                return Operation("submit_job", _job(mark, "nowhere", held=True))
            case "make a directory nowhere":
                return Operation("make_directory", {"path": f"{directory}/in/nothing"})
            case "read":
                return self._read(random)
            case _:
                return Operation("make_directory", {"path": directory}, "new")

    def weights(self) -> dict[str, int]:
        """How often each kind of operation is drawn."""
        return _WEIGHTS | (_OF_THE_STANDARD if self.all_of_it else {})

    def _placing(self, random: Random, kind: str, target: str) -> Operation:
        match kind:
            case "copy" if files := self._pools.get("files"):
                return Operation("copy_path", {"path": random.choice(files), "target_path": target})
            case "link" if files := self._pools.get("files"):
                return Operation("symlink_path", {"path": random.choice(files), "link_path": target})
            case "move" if path := self._taken(random, "movable"):
                return Operation("move_path", {"path": path, "target_path": target}, "removable")
            case _:
                pool = random.choice(("files", "movable"))
                return Operation("upload_file", {"path": target, "content": target}, pool)

    def learn(self, done: Performed) -> None:
        """Record what an operation created."""
        if done.answered.is_error:
            return
        what = done.answered.facts.get("job_id") or done.answered.facts.get("path", "")
        match done.operation.makes if what else None:
            case "waiting":
                self._pools.setdefault("updatable", []).append(what)
                self._pools.setdefault("cancelable", []).append(what)
            case "ran":  # canceling it may or may not be refused
                self._pools.setdefault("cancelable", []).append(what)
            case str() as pool:
                self._pools.setdefault(pool, []).append(what)

    def _taken(self, random: Random, pool: str) -> str | None:
        left = self._pools.get(pool, [])
        return left.pop(random.randrange(len(left))) if left else None

    def _read(self, random: Random) -> Operation:
        job = next(iter(self._pools.get("cancelable", [])), None)
        reads = [
            Operation("list_jobs", {"resource": "polaris"}),
            Operation("list_directory", {"path": PROJECT}),
            Operation("list_resources", {}),
            *([Operation("get_job", {"job_id": job})] if job else []),
        ]
        return random.choice(reads)


def _job(name: str, queue: str, *, held: bool) -> dict[str, Any]:
    name = f"{name}-held" if held else name
    # The name changes with an update, the script does not.
    return {**JOB, "queue": queue, "name": name, "script": f"true # {name}"}


def key_of(tool: str, arguments: dict[str, Any]) -> Key:
    """What distinguishes a call from all others of its tool."""
    return tool, str(arguments.get(_TOLD_APART_BY.get(tool, "path"), ""))
