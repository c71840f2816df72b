"""One person at work: random operations, some of which are confirmed, refused, or confirmed twice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count
from random import Random
from time import monotonic
from typing import Any, Literal

import anyio
from mcp.types import ElicitResult

from tests.conftest import CANCEL, DECLINE, agree, refuse
from tests.soak.client import Notes, SoakingClient, answered
from tests.soak.comparison import Claim, Told, claim_of
from tests.soak.operations import JOB, PROJECT, Operation, Operations, Performed
from tests.soak.running import CHANGES
from tests.team.plain_client import answer_to, with_answer

Way = Literal["yes", "no", "declined", "by page", "twice at once", "twice"]

WAYS: dict[Way, int] = {"yes": 10, "no": 2, "declined": 2, "by page": 3, "twice at once": 5, "twice": 3}
"""How a question is answered, and how often."""

_BY_STRENGTH: tuple[Claim, ...] = ("done", "unknown", "lost", "not done")
_QUESTION = re.compile(r"\n\(Question \w+: .*\)$")


@dataclass
class OperationsOfOne(Operations):
    """The operations of one person among others: they also plan jobs, and look at what they have."""

    def draw(self, number: int) -> Operation:
        random = Random(f"{self.seed}/{self.whose}{number}/kind")
        jobs = self._pools.get("cancelable", [])
        match random.choices(("plan", "look", "other"), (8, 15, 77))[0]:
            case "plan" if jobs:
                name = f"soak-{self.whose}{self.seed}-{number:06d}"
                job = {**JOB, "queue": "prod", "name": name, "script": f"true # {name}"}
                after = {"after": random.choice(jobs[-3:]), "after_state": "ended"}
                return Operation("submit_job", {**job, **after})
            case "look":
                return self._look(random)
            case _:
                return super().draw(number)

    def _look(self, random: Random) -> Operation:
        looks = [
            Operation("list_jobs", {"include_finished": True}),
            Operation("list_tasks", {}),
            Operation("list_directory", {"path": PROJECT}),
            *(Operation("head_file", {"path": path}) for path in self._pools.get("files", [])[-1:]),
        ]
        for job in self._pools.get("cancelable", [])[-1:]:
            looks += [Operation(tool, {"job_id": job}) for tool in ("get_job", "get_job_output")]
        return random.choice(looks)


@dataclass
class Attempt:
    """An operation that changes something, and what came of it.

    Attributes:
        operation: the operation.
        way: how its question was answered, if it was asked.
        told: what each of its answers said.
    """

    operation: Operation
    way: Way | None = None
    told: list[Told] = field(default_factory=list)

    def summary(self) -> Told:
        """What the answers say together: the one that says most counts."""
        return min(self.told, key=lambda told: _BY_STRENGTH.index(told.claim))


@dataclass
class PersonAtWork:
    """Somebody with a client of each era.

    Attributes:
        attempts: what they tried to change.
        plans: the ids of planned jobs that they were told.
        calls: how many operations there were.
    """

    notes: Notes
    clients: list[SoakingClient]
    operations: OperationsOfOne
    attempts: list[Attempt] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    calls: int = 0
    _numbers: count[int] = field(default_factory=count)

    async def work(self, deadline: float, fewest: int, at_once: int) -> None:
        """Sign in, and work until a time, but for a number of operations at least."""
        async with anyio.create_task_group() as group:
            for client in self.clients:
                group.start_soon(client.sign_in)
        async with anyio.create_task_group() as group:
            for _ in range(at_once):
                group.start_soon(self._work, deadline, fewest)

    async def _work(self, deadline: float, fewest: int) -> None:
        while monotonic() < deadline or self.calls < fewest:
            number = next(self._numbers)
            random = Random(f"{self.operations.seed}/{self.notes.login}/{number}")
            client = random.choice(self.clients)
            if random.random() < 0.02:
                await client.renew()
            await self._perform(client, self.operations.draw(number), random)
            self.calls += 1

    async def _perform(self, client: SoakingClient, operation: Operation, random: Random) -> None:
        attempt = Attempt(operation)
        if operation.tool in CHANGES:
            self.attempts.append(attempt)
        result = await client.call(operation.tool, arguments=operation.arguments)
        if result is not None and _asks(result):
            attempt.way = random.choices(list(WAYS), list(WAYS.values()))[0]
            await self._answer(client, attempt, result)
        else:
            self._note(attempt, result)

    async def _answer(self, client: SoakingClient, attempt: Attempt, asked: dict[str, Any]) -> None:
        """Answer a question in the attempt's way."""
        tool, arguments = attempt.operation.tool, attempt.operation.arguments
        is_code = "requestState" not in asked
        if is_code and attempt.way in ("no", "declined", "by page"):
            attempt.way = "declined"
            attempt.told.append(Told("not done", "its code was not used"))
            return
        question = _question(asked)
        preview = _QUESTION.sub("", question)
        given = with_answer(arguments, answer_to(asked, _said(attempt.way, asked)))

        async def send(given: dict[str, Any]) -> None:
            self._note(attempt, await client.call(tool, **given))

        if attempt.way == "by page":
            await send(given)
            if not await client.approve_on_page(preview.splitlines()[0]):
                return
            given = {"arguments": arguments}
        times = 2 if attempt.way in ("twice", "twice at once", "by page") else 1
        async with anyio.create_task_group() as group:
            for _ in range(times):
                if attempt.way == "twice":
                    await send(given)
                else:
                    group.start_soon(send, given)

    def _note(self, attempt: Attempt, result: dict[str, Any] | None) -> None:
        """Note what an answer says."""
        if result is None:
            attempt.told.append(Told("lost"))
            return
        if _asks(result):
            attempt.told.append(Told("not done", "it was asked again"))
            return
        answer = answered(result)
        attempt.told.append(Told(claim_of(answer), answer.text))
        if plan := answer.facts.get("plan_id"):
            self.plans.append(str(plan))
        self.operations.learn(Performed(attempt.operation, answer))


def _asks(result: dict[str, Any]) -> bool:
    facts = result.get("structuredContent") or {}
    return "requestState" in result or facts.get("outcome") == "confirmation_required"


def _question(asked: dict[str, Any]) -> str:
    requests = asked.get("inputRequests", {})
    return next((str(one["params"]["message"]) for one in requests.values()), "")


def _said(way: Way | None, asked: dict[str, Any]) -> ElicitResult:
    """What the user says to a question."""
    if way == "by page":
        return CANCEL
    if way == "declined":
        return DECLINE
    requests = asked.get("inputRequests", {})
    forms = (one["params"]["requestedSchema"] for one in requests.values())
    form: dict[str, Any] = next(forms, {"properties": {}})
    return (refuse if way == "no" else agree)("", form)
