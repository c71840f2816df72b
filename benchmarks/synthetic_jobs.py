"""The jobs of synthetic days: who submits what to a machine like Polaris, and how long it really runs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

HOUR, DAY = 3600, 86400
USERS = 70
LOAD = 1.3
"""Node hours that jobs will use, as a share of the machine's: more than it can give, so that many wait."""


@dataclass(frozen=True)
class Kind:
    """What is submitted to a queue."""

    queue: str
    part: float
    nodes: tuple[int, int]
    hours: tuple[float, float]
    priority: float
    run_limit: int


KINDS = (
    Kind("debug", 0.3, (1, 2), (0.15, 1), 150, 1),
    Kind("debug-scaling", 0.12, (1, 10), (0.15, 1), 120, 1),
    Kind("small", 0.24, (10, 24), (0.3, 3), 60, 5),
    Kind("medium", 0.09, (25, 99), (0.5, 6), 70, 5),
    Kind("large", 0.015, (100, 480), (1, 24), 80, 3),
    Kind("preemptable", 0.185, (1, 10), (0.5, 72), 0, 10),
    Kind("capacity", 0.05, (1, 4), (6, 168), 30, 1),
)


@dataclass
class Person:
    """A user: how well they guess their walltimes, and how long a queue makes them wait."""

    name: int
    guesses: float
    favor: float
    run_limits: dict[str, int]


@dataclass
class Job:
    """A job and its fate; times in seconds."""

    number: int
    person: Person
    kind: Kind
    nodes: int
    walltime: int
    runtime: int
    submitted: int
    held_until: int = 0
    canceled: float = math.inf
    started: int | None = None
    ended: int | None = None
    places: list[int] = field(default_factory=list)

    def score(self, now: int) -> float:
        """What the scheduler orders by: the queue, the age, the size, and whom the facility favors."""
        age = (now - self.submitted) / HOUR
        return self.kind.priority + 6 * age + 12 * math.log2(self.nodes) + self.person.favor


def jobs(luck: Random, nodes: int, end: int) -> Iterator[Job]:
    """The jobs that are submitted until ``end``, in order."""
    people = [_person(luck, name) for name in range(USERS)]
    pause = _mean_node_seconds(Random(1)) / (nodes * LOAD * luck.uniform(0.85, 1.25))
    now, number = 0.0, luck.randrange(4_000_000, 5_000_000)
    while True:
        by_day = 1 + 0.7 * math.sin(2 * math.pi * (now / DAY - 0.3))
        now += luck.expovariate(1 / pause) / by_day
        if now > end:
            return
        # One person often submits several alike at once.
        person, kind = luck.choice(people), luck.choices(KINDS, [kind.part for kind in KINDS])[0]
        for _ in range(luck.choices((1, 2, 5), (0.85, 0.1, 0.05))[0]):
            number += luck.choice((1, 1, 2, 3))
            yield _job(luck, number, person, kind, round(now))


def _person(luck: Random, name: int) -> Person:
    limits = {kind.queue: luck.randint(1, kind.run_limit) for kind in KINDS}
    return Person(name, luck.uniform(0.15, 0.95), luck.gauss(0, 25), limits)


def _job(luck: Random, number: int, person: Person, kind: Kind, now: int) -> Job:
    nodes, walltime = _size(luck, kind)
    job = Job(number, person, kind, nodes, walltime, _runtime(luck, person, walltime), now)
    if luck.random() < 0.06:
        job.held_until = now + round(luck.expovariate(1 / (5 * HOUR)))
    if luck.random() < 0.04:
        job.canceled = now + luck.expovariate(1 / (4 * HOUR))
    return job


def _size(luck: Random, kind: Kind) -> tuple[int, int]:
    nodes = round(math.exp(luck.uniform(*map(math.log, kind.nodes))))
    hours = math.exp(luck.uniform(*map(math.log, kind.hours)))
    if luck.random() < 0.4:  # many take what they may
        hours = kind.hours[1] if kind.hours[1] <= 24 else luck.choice((6, 12, 24))
    return nodes, max(300, round(hours * 12) * 300)


def _runtime(luck: Random, person: Person, walltime: int) -> int:
    fate = luck.random()
    if fate < 0.09:
        share = luck.uniform(0.001, 0.03)
    elif fate < 0.24:
        share = 1.0
    else:
        share = luck.betavariate(4 * person.guesses, 4 * (1 - person.guesses))
    return max(20, round(walltime * share))


def _mean_node_seconds(luck: Random) -> float:
    person = Person(0, 0.55, 0, {})
    drawn = [
        _job(luck, 0, person, luck.choices(KINDS, [kind.part for kind in KINDS])[0], 0) for _ in range(4000)
    ]
    return 1.3 * sum(job.nodes * job.runtime for job in drawn) / len(drawn)
