"""Jobs in the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from alcf_mcp.local.catalog import HOUR
from alcf_mcp.local.jobs.spec import PostedJobSpec

QUEUED = "queued"
HELD = "held"
ACTIVE = "active"
FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as the facility knows it; times are in seconds since the epoch, ``walltime`` is in seconds.

    Attributes:
        number: its number; numbers increase in order of submission.
        id: its id, such as ``1001.polaris-pbs-01.local``.
        machine: id of its machine.
        state: ``queued``, ``held``, ``active`` or ``finished``.
        queue: name of its queue.
        account: the project it is charged to.
        node_count: how many nodes it has or requests.
        walltime: how long it may run.
        spec: what was submitted.
        submitted: when it was submitted.
        started: when it started.
        ended: when it ended.
        nodes: the nodes it runs on, or ran on.
        exit_code: its exit code; negative codes are PBS's own.
        canceled: whether its cancellation was requested.
        message: further details about its end.
    """

    number: int
    id: str
    machine: str
    state: str
    queue: str
    account: str
    node_count: int
    walltime: int
    spec: PostedJobSpec
    submitted: float
    started: float | None
    ended: float | None
    nodes: tuple[str, ...]
    exit_code: int | None
    canceled: bool
    message: str

    @property
    def shown_state(self) -> str:
        """The state in the standard's terms; a finished job's state depends on how it ended."""
        if self.state != FINISHED:
            return self.state
        if self.canceled:
            return "canceled"
        return "completed" if self.exit_code == 0 else "failed"

    @property
    def last_change(self) -> float:
        """When the job entered its current state."""
        return self.ended or self.started or self.submitted


def from_row(row: sqlite3.Row) -> JobRecord:
    """Build a job from its row."""
    values = dict(row)
    values["spec"] = PostedJobSpec.model_validate_json(values["spec"])
    values["nodes"] = tuple(values["nodes"].split())
    values["canceled"] = bool(values["canceled"])
    return JobRecord(**values)


def select(connection: sqlite3.Connection, where: str, *values: object) -> list[JobRecord]:
    """The jobs that meet a condition, in order of submission."""
    query = f"SELECT * FROM jobs WHERE {where} ORDER BY number"  # noqa: S608 - conditions are our own
    return [from_row(row) for row in connection.execute(query, values)]


def insert(
    connection: sqlite3.Connection,
    machine: str,
    server: str,
    spec: PostedJobSpec,
    now: float,
    *,
    held: bool = False,
) -> JobRecord:
    """Add a job: held if the site or its ``Hold_Types`` says so, otherwise queued."""
    cursor = connection.execute(
        "INSERT INTO jobs (machine, state, queue, account, node_count, walltime, spec, submitted)"
        " VALUES (?, ?, '', '', 0, 0, '', ?)",
        (machine, HELD if held else QUEUED, now),
    )
    number = cursor.lastrowid
    connection.execute("UPDATE jobs SET id = ? WHERE number = ?", (f"{number}.{server}", number))
    assert number is not None  # noqa: S101 - an INSERT has a row id
    rewrite(connection, number, spec)
    return select(connection, "number = ?", number)[0]


def rewrite(connection: sqlite3.Connection, number: int, spec: PostedJobSpec) -> None:
    """Give a waiting job a new specification. A held job stays held unless ``Hold_Types`` releases it."""
    terms = spec.terms
    hold = terms.custom_attributes.get("Hold_Types")
    state = None if hold is None else QUEUED if hold == "n" else HELD
    connection.execute(
        "UPDATE jobs SET state = coalesce(?, state), queue = ?, account = ?, node_count = ?, walltime = ?,"
        " spec = ? WHERE number = ?",
        (
            state,
            terms.queue_name,
            terms.account,
            spec.needs.node_count or 1,
            terms.duration,
            spec.model_dump_json(exclude_unset=True),
            number,
        ),
    )


def start(connection: sqlite3.Connection, number: int, nodes: Iterable[str], now: float) -> JobRecord:
    """Make a job active on its nodes."""
    connection.execute(
        "UPDATE jobs SET state = ?, nodes = ?, started = ? WHERE number = ?",
        (ACTIVE, " ".join(nodes), now, number),
    )
    return select(connection, "number = ?", number)[0]


def finish(
    connection: sqlite3.Connection, number: int, exit_code: int, ended: float, message: str = ""
) -> None:
    """Record a job's end."""
    connection.execute(
        "UPDATE jobs SET state = ?, exit_code = ?, ended = ?, message = ? WHERE number = ?",
        (FINISHED, exit_code, ended, message, number),
    )


def used_node_hours(connection: sqlite3.Connection, machine: str, now: float) -> dict[str, float]:
    """Node hours used on a machine, by project: nodes times the actual run time of jobs."""
    query = (
        "SELECT account, SUM(node_count * (COALESCE(ended, ?) - started)) FROM jobs"
        " WHERE machine = ? AND started IS NOT NULL GROUP BY account"
    )
    return {account: seconds / HOUR for account, seconds in connection.execute(query, (now, machine))}
