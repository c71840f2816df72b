"""Synthetic days of a machine: a scheduler of its own kind, with what no feed shows.

It shares no code with the replay that it tests. It keeps a calendar of free nodes in slots of ten minutes,
and reserves for the ten highest jobs, where the replay reserves for one. It knows users' run limits and
holds; nodes fail, and maintenance and a reservation come.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from alcf_mcp.activity.models import Activity, ActivityJob, Maintenance, Reservation
from benchmarks.synthetic_jobs import DAY, HOUR, Job, jobs

NODES = 560
CYCLE = 120
SLOT = 600
SLOTS = 8 * DAY // SLOT
DEPTH = 10
NODE_FAILS_AFTER = 70 * DAY
EPOCH = 1_790_000_000


@dataclass
class Window:
    """Nodes that are set aside, from when to when, and since when the feed tells of it."""

    name: str
    start: int
    end: int
    nodes: int
    told: int


@dataclass
class Days:
    """A machine over some days."""

    luck: Random
    length: int
    jobs: list[Job] = field(init=False)
    windows: list[Window] = field(init=False)
    waiting: list[Job] = field(default_factory=list)
    running: list[Job] = field(default_factory=list)
    free: set[int] = field(default_factory=lambda: set(range(NODES)))
    down: dict[int, int] = field(default_factory=dict)
    now: int = 0

    def __post_init__(self) -> None:
        self.jobs = list(jobs(self.luck, NODES, self.length))
        self._coming = iter(self.jobs)
        self._next = next(self._coming, None)
        starts = 2 * DAY + self.luck.randrange(2 * DAY)
        reserved = DAY + self.luck.randrange(2 * DAY)
        self.windows = [
            Window("R100", reserved, reserved + 5 * HOUR, 64, reserved - DAY),
            Window("maintenance", starts, starts + 9 * HOUR, NODES, starts - 2 * DAY),
        ]

    def go_on(self) -> None:
        """Do what happens in one cycle of the scheduler."""
        self.now += CYCLE
        self._fail_and_repair()
        self._submit()
        for job in [job for job in self.running if (job.started or 0) + job.runtime <= self.now]:
            self._end(job)
        self.waiting = [job for job in self.waiting if job.canceled > self.now]
        if self.free:
            self._schedule()

    def _submit(self) -> None:
        while self._next and self._next.submitted <= self.now:
            self.waiting.append(self._next)
            self._next = next(self._coming, None)

    def _fail_and_repair(self) -> None:
        for node in [node for node, until in self.down.items() if until <= self.now]:
            del self.down[node]
            self.free.add(node)
        for node in range(NODES):
            if node not in self.down and self.luck.random() < CYCLE / NODE_FAILS_AFTER:
                self._fail(node)

    def _fail(self, node: int) -> None:
        for job in self.running:
            if node in job.places:
                self._end(job)
                break
        self.free.discard(node)
        self.down[node] = self.now + self.luck.randrange(HOUR, 20 * HOUR)

    def _end(self, job: Job) -> None:
        self.running.remove(job)
        job.ended = self.now
        self.free |= set(job.places)

    def _calendar(self) -> list[int]:
        """How many nodes are free in each slot from now on, if jobs take their walltimes."""
        change = [0] * (SLOTS + 1)
        change[0] = len(self.free)
        for job in self.running:
            left = (job.started or 0) + job.walltime - self.now
            change[min(SLOTS, max(1, -(-left // SLOT)))] += job.nodes
        for window in self.windows:
            if window.end > self.now:
                first = max(0, (window.start - self.now) // SLOT)
                change[min(SLOTS, first)] -= window.nodes
                change[min(SLOTS, -(-(window.end - self.now) // SLOT))] += window.nodes
        calendar, level = [], 0
        for step in change[:SLOTS]:
            level += step
            calendar.append(level)
        return calendar

    def _schedule(self) -> None:
        calendar = self._calendar()
        reserved = 0
        ran = [(job.person.name, job.kind.queue) for job in self.running]
        for job in sorted(self.waiting, key=lambda job: -job.score(self.now)):
            who = (job.person.name, job.kind.queue)
            if job.held_until > self.now or ran.count(who) >= job.person.run_limits[job.kind.queue]:
                continue
            slots = -(-job.walltime // SLOT)
            if job.nodes <= calendar[0] and min(calendar[:slots]) >= job.nodes:
                self._start(job)
                ran.append(who)
                _take(calendar, 0, slots, job.nodes)
            elif reserved < DEPTH and job.nodes <= NODES - len(self.down):
                reserved += 1
                if (first := _first(calendar, slots, job.nodes)) is not None:
                    _take(calendar, first, slots, job.nodes)

    def _start(self, job: Job) -> None:
        self.waiting.remove(job)
        job.started = self.now
        job.places = [self.free.pop() for _ in range(job.nodes)]
        self.running.append(job)

    def feed(self) -> Activity:
        """What the public feed would tell now."""
        now = EPOCH + self.now
        for window in self.windows:
            if window.nodes == NODES and window.start <= self.now < window.end:
                maintenance = Maintenance(EPOCH + window.start, EPOCH + window.end)
                return Activity("polaris", now, maintenance=maintenance)
        told = [one for one in self.windows if one.told <= self.now < one.end]
        return Activity(
            machine="polaris",
            updated=now,
            running=tuple(self._told(job) for job in self.running),
            queued=tuple(self._told(job) for job in self.waiting),
            reservations=tuple(
                Reservation(one.name, EPOCH + one.start, EPOCH + one.end, one.nodes) for one in told
            ),
            node_states={
                "allocated": NODES - len(self.free) - len(self.down),
                "free": len(self.free),
                "down": len(self.down),
            },
        )

    def _told(self, job: Job) -> ActivityJob:
        return ActivityJob(
            number=job.number,
            queue=job.kind.queue,
            project=f"P{job.person.name % 20}",
            nodes=job.nodes,
            walltime=job.walltime,
            submitted=EPOCH + job.submitted,
            score=None if job.started is not None else job.score(self.now),
            started=None if job.started is None else EPOCH + job.started,
        )


def _first(calendar: list[int], slots: int, nodes: int) -> int | None:
    """The first slot from which nodes are free for so many slots."""
    run = 0
    for slot, free in enumerate(calendar):
        run = run + 1 if free >= nodes else 0
        if run == slots:
            return slot - slots + 1
    return SLOTS - run if run else None


def _take(calendar: list[int], first: int, slots: int, nodes: int) -> None:
    for slot in range(first, min(first + slots, SLOTS)):
        calendar[slot] -= nodes
