"""Jobs that are to be submitted once another job has ended: written down, and taken up one by one.

A planned job is submitted by whichever process claims it. The claim is recorded in one step with the action
that submits it, so that there is never more than one. What became of that action is what became of the job.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from alcf_mcp.iri.models import JobSpec
from alcf_mcp.journal.budget import planned, submitted_within_a_day
from alcf_mcp.journal.jobs import SubmittedProgram
from alcf_mcp.measures import OUTCOME, PLANNED_JOBS
from alcf_mcp.store import Connection, Row, Store, insert, next_number, one

AfterState = Literal["succeeded", "ended"]
"""What has to have happened to the job before: it succeeded, or it ended in any way."""

PlanState = Literal["waiting", "submitting", "submitted", "skipped", "canceled", "failed"]
"""A planned job waits, is claimed by an action that submits it, and is over in one of four ways."""

_OPEN = "state IN ('waiting', 'submitting')"
_ID = re.compile(r"\s*plan-([0-9]{1,15})\s*", re.ASCII | re.IGNORECASE)

_BEHIND = (
    "WITH RECURSIVE behind (number) AS (SELECT number FROM plans WHERE number = ?"
    " UNION SELECT plans.number FROM plans JOIN behind"
    " ON plans.after = 'plan-' || behind.number WHERE plans.state = 'waiting')"
    " SELECT * FROM plans WHERE number IN (SELECT number FROM behind) ORDER BY number"
)
"""A planned job, and all that waits for it, directly or through others; oldest first."""


class AlreadyTaken(Exception):
    """A planned job is not waiting any more: it was claimed or canceled meanwhile."""


class ChainChanged(Exception):
    """A chain has other planned jobs than those that were looked at."""


def plan_number(text: str) -> int | None:
    """The number in the id of a planned job, such as ``plan-3``; ``None`` for any other text."""
    found = _ID.fullmatch(text)
    return int(found[1]) if found else None


class PlannedJob(BaseModel):
    """A job that is to be submitted after another.

    Attributes:
        after: what it waits for: the id of a job, or of another planned job.
        after_resource_id: the machine of that job; empty for a planned one.
        root: the job at the beginning of the chain.
        spec: the specification, as the user was shown it.
        request: the same in users' terms.
        program: what it runs, as it will be recorded.
        replaces: the paths whose files may be replaced, because the user was told so.
        node_hours: the most that it may cost.
        arguments: those of the call that planned it.
        action: the action that submits it.
        reason: why it still waits, or why it is over.
        told: whether the user was told how it ended.
        tries: how often it was claimed.
        retry_at: when it may be tried again, in seconds since 1970.
        unseen_since: since when the facility has not known the job before it, or not said how that ended, in
            seconds since 1970.
    """

    number: int = 0
    created_at: datetime
    api_url: str
    resource_id: str
    resource: str
    after: str
    after_resource_id: str = ""
    after_state: AfterState = "succeeded"
    root: str
    spec: JobSpec
    request: dict[str, Any] = {}
    program: SubmittedProgram | None = None
    replaces: list[str] = []
    node_hours: float
    arguments: dict[str, Any] = {}
    client: str = ""
    shown: str | None = None
    confirmed: str = "not asked"
    state: PlanState = "waiting"
    action: int | None = None
    job_id: str | None = None
    reason: str | None = None
    told: bool = False
    tries: int = 0
    retry_at: float = 0.0
    unseen_since: float | None = None

    @property
    def id(self) -> str:
        """Its id, such as ``plan-3``."""
        return f"plan-{self.number}"

    @property
    def is_open(self) -> bool:
        """Whether it may still be submitted."""
        return self.state in ("waiting", "submitting")


@dataclass(frozen=True)
class Plans:
    """The planned jobs of one journal."""

    store: Store

    async def add(
        self, job: PlannedJob, *, day_limit: float | None, chain_node_hours: float
    ) -> PlannedJob | None:
        """Write down a planned job.

        Args:
            job: the job.
            day_limit: node hours that may be submitted within 24 hours; all planned jobs count.
            chain_node_hours: what the planned jobs of its chain cost when the user was asked.

        Returns:
            The job with its number, or ``None`` if the limit does not allow it.

        Raises:
            ChainChanged: the chain has become more expensive since.
        """
        return await self.store.run(lambda db: _add(db, job, day_limit, chain_node_hours))

    async def open(self, api_url: str) -> list[PlannedJob]:
        """Return the planned jobs at a facility that are not over, oldest first."""
        return await self._select(f"api_url = ? AND {_OPEN}", api_url)

    async def are_open(self, api_url: str) -> bool:
        """Return whether any planned job at a facility is not over."""
        sql = f"SELECT EXISTS (SELECT 1 FROM plans WHERE api_url = ? AND {_OPEN})"  # noqa: S608
        return bool(await self.store.read(lambda db: one(db.execute(sql, (api_url,)))[0]))

    async def node_hours(self) -> float:
        """Return the most that all planned jobs that still wait may cost."""
        return await self.store.read(planned)

    async def find(self, api_url: str, number: int) -> PlannedJob | None:
        """Return one planned job."""
        found = await self._select("api_url = ? AND number = ?", api_url, number)
        return found[0] if found else None

    async def of_job(self, job_id: str) -> PlannedJob | None:
        """Return the planned job that was submitted as a job."""
        found = await self._select("job_id = ?", job_id)
        return found[0] if found else None

    async def chain(self, api_url: str, root: str) -> list[PlannedJob]:
        """Return the planned jobs of a chain that are not over, oldest first."""
        return await self._select(f"api_url = ? AND root = ? AND {_OPEN}", api_url, root)

    async def waiting_for(self, after: str) -> list[PlannedJob]:
        """Return what waits for a job or a planned job, directly; oldest first."""
        return await self._select("after = ? AND state = 'waiting'", after)

    async def behind(self, number: int) -> list[PlannedJob]:
        """Return what waits for a planned job, directly or through others; oldest first."""
        found = await self.store.read(lambda db: [plan_of(row) for row in db.execute(_BEHIND, (number,))])
        return [job for job in found if job.number != number]

    async def to_tell(self, api_url: str) -> list[PlannedJob]:
        """Return the planned jobs that are not over, or whose end the user was not told; oldest first."""
        return await self._select("api_url = ? AND NOT told", api_url)

    async def latest(self, api_url: str, *, limit: int) -> list[PlannedJob]:
        """Return the planned jobs at a facility, over or not; newest first."""
        sql = "SELECT * FROM plans WHERE api_url = ? ORDER BY number DESC LIMIT ?"
        return await self.store.read(lambda db: [plan_of(row) for row in db.execute(sql, (api_url, limit))])

    async def note_told(self, numbers: Iterable[int]) -> None:
        """Record that the user was told how planned jobs ended."""
        rows = [(number,) for number in numbers]
        sql = f"UPDATE plans SET told = TRUE WHERE number = ? AND NOT {_OPEN}"  # noqa: S608
        if rows:
            await self.store.run(lambda db: db.executemany(sql, rows))

    async def go_on_waiting(
        self, number: int, reason: str | None, *, retry_at: float = 0.0, unseen_since: float | None = None
    ) -> None:
        """Record why a planned job still waits."""
        sql = (
            "UPDATE plans SET reason = ?, retry_at = ?, unseen_since = ?"
            " WHERE number = ? AND state = 'waiting'"
        )
        await self._update(sql, reason, retry_at, unseen_since, number)

    async def release(self, number: int, action: int, reason: str, *, retry_at: float) -> None:
        """Let a planned job wait again, because the action that claimed it did not submit it."""
        sql = (
            "UPDATE plans SET state = 'waiting', action = NULL, reason = ?, retry_at = ?"
            " WHERE number = ? AND action = ? AND state = 'submitting'"
        )
        await self._update(sql, reason, retry_at, number, action)

    async def note_doubt(self, number: int, reason: str) -> None:
        """Record why it is not known whether a planned job was submitted."""
        sql = "UPDATE plans SET reason = ? WHERE number = ? AND state = 'submitting'"
        await self._update(sql, reason, number)

    async def submitted(self, number: int, action: int, job_id: str) -> None:
        """Record the job that a planned job was submitted as."""
        sql = (
            "UPDATE plans SET state = 'submitted', job_id = ?, reason = NULL"
            " WHERE number = ? AND action = ? AND state = 'submitting'"
        )
        PLANNED_JOBS.add(await self._update(sql, job_id, number, action), {OUTCOME: "submitted"})

    async def close(self, number: int, state: Literal["skipped", "failed"], reason: str) -> None:
        """Record that a planned job will not be submitted."""
        sql = f"UPDATE plans SET state = ?, reason = ? WHERE number = ? AND {_OPEN}"  # noqa: S608
        PLANNED_JOBS.add(await self._update(sql, state, reason, number), {OUTCOME: state})

    async def cancel(self, number: int) -> list[PlannedJob]:
        """Cancel a planned job and all that waits for it; returns them, oldest first.

        Raises:
            AlreadyTaken: it is being submitted, or is over.
        """
        return await self.store.run(lambda db: _cancel(db, number))

    async def _select(self, where: str, *values: object) -> list[PlannedJob]:
        sql = f"SELECT * FROM plans WHERE {where} ORDER BY number"  # noqa: S608
        return await self.store.read(lambda db: [plan_of(row) for row in db.execute(sql, values)])

    async def _update(self, sql: str, *values: object) -> int:
        """Change planned jobs; returns how many."""
        return await self.store.run(lambda db: db.execute(sql, values).rowcount)


def claim(db: Connection, number: int, action: int) -> None:
    """Claim a planned job for the action that submits it, within the transaction that records the action.

    Raises:
        AlreadyTaken: it is not waiting any more.
    """
    sql = (
        "UPDATE plans SET state = 'submitting', action = ?, tries = tries + 1, reason = NULL"
        " WHERE number = ? AND state = 'waiting'"
    )
    if db.execute(sql, (action, number)).rowcount != 1:
        raise AlreadyTaken(f"plan-{number}")


def _add(
    db: Connection, job: PlannedJob, day_limit: float | None, chain_node_hours: float
) -> PlannedJob | None:
    if planned(db, job.root) > chain_node_hours + 1e-6:
        raise ChainChanged
    if day_limit is not None and submitted_within_a_day(db) + planned(db) + job.node_hours > day_limit:
        return None
    values = job.model_dump(mode="json", exclude={"number", "spec", "program"})
    values["spec"] = job.spec.model_dump_json(exclude_none=True)
    values["program"] = job.program and job.program.model_dump_json(exclude_defaults=True)
    for name in ("request", "replaces", "arguments"):
        values[name] = json.dumps(values[name], ensure_ascii=False)
    number = next_number(db, "plans", "number")
    insert(db, "plans", {"number": number, **values})
    return job.model_copy(update={"number": number})


def _cancel(db: Connection, number: int) -> list[PlannedJob]:
    # One of which it may never be known whether it was submitted can be given up as well.
    sql = (
        "UPDATE plans SET state = 'canceled', told = TRUE, reason = 'it was canceled' WHERE number = ? AND"
        " (state = 'waiting' OR state = 'submitting' AND reason IS NOT NULL)"
    )
    if db.execute(sql, (number,)).rowcount != 1:
        raise AlreadyTaken(f"plan-{number}")
    canceled = [plan_of(row) for row in db.execute(_BEHIND, (number,))]
    reason = f"plan-{number}, which it waited for, was canceled"
    db.executemany(
        "UPDATE plans SET state = 'canceled', told = TRUE, reason = ? WHERE number = ? AND state = 'waiting'",
        [(reason, job.number) for job in canceled],
    )
    return canceled


def plan_of(row: Row) -> PlannedJob:
    """Build a planned job from its row."""
    parsed = {name: json.loads(row[name]) for name in ("request", "replaces", "arguments")}
    spec = JobSpec.model_validate_json(row["spec"], extra="ignore")
    program = row["program"] and SubmittedProgram.model_validate_json(row["program"], extra="ignore")
    return PlannedJob(**{**dict(row), **parsed, "spec": spec, "program": program})
