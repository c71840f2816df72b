"""Queue weather: what the machines are doing, and what that means for the user's jobs.

Nothing here fails a call, and nothing about the user is sent: the feed shows all jobs by number, and the
user's own are looked up in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import anyio
import anyio.to_thread

from alcf_mcp.activity.feed import ActivityFeed
from alcf_mcp.activity.models import Activity, ActivityJob
from alcf_mcp.activity.queue_place import QueuePlace, queue_place
from alcf_mcp.activity.start_range import StartRange, StartUnknown, start_range_for, start_ranges_of
from alcf_mcp.activity.unknown import NotKnown
from alcf_mcp.facility.alcf.queues import Machine, table_of
from alcf_mcp.facility.jobs.known import KnownJob, job_number
from alcf_mcp.facility.resources import COMPUTE_TYPES
from alcf_mcp.facility.weather.advice import advice
from alcf_mcp.iri.models import Resource
from alcf_mcp.learned.earliness import LearnedEarliness


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the feed tells of one of the user's jobs; times are in seconds since the epoch.

    Attributes:
        seen_at: when the feed was written.
        queue: the queue that it is in; a routing queue has passed it on.
        place: where it stands, while it waits.
        start: when it may start, in seconds from ``now``, while it waits.
        now: the time that ``start`` counts from.
        nodes: the nodes that it runs on.
        ends_by: when it ends at the latest, once it runs.
    """

    seen_at: float
    queue: str
    place: QueuePlace | None = None
    start: StartRange | StartUnknown | None = None
    now: float = 0.0
    nodes: tuple[str, ...] = ()
    ends_by: float | None = None


@dataclass(frozen=True)
class QueueWeather:
    """What a facility's machines are doing.

    Attributes:
        feed: their activity feeds.
        learned: how early their jobs were seen to end.
        has_alcf_queues: whether machines with ALCF's names also have ALCF's queues.
        clock: the time, in seconds since the epoch.
    """

    feed: ActivityFeed
    learned: LearnedEarliness
    has_alcf_queues: bool
    clock: Callable[[], float] = time.time

    async def of(self, machine: Resource) -> Activity | NotKnown:
        """What a machine is doing, or why that is not known."""
        activity = await self.feed.of(machine.name)
        if isinstance(activity, Activity):
            await self.learned.look(activity)
        return activity

    def queues_of(self, machine: Resource) -> Machine | None:
        """What is known of a machine's queues and their limits."""
        return table_of(machine.name) if self.has_alcf_queues else None

    async def of_all(self, machines: Sequence[Resource]) -> dict[str, Activity | NotKnown]:
        """What those machines that have a feed are doing, by their ids; they are asked at the same time."""
        known: dict[str, Activity | NotKnown] = {}

        async def look(machine: Resource) -> None:
            activity = await self.of(machine)
            if isinstance(activity, Activity) or not activity.no_feed:
                known[machine.id] = activity

        async with anyio.create_task_group() as group:
            for machine in machines:
                if machine.resource_type in COMPUTE_TYPES and self.feed.has(machine.name):
                    group.start_soon(look, machine)
        return known

    async def outlook(self, known: KnownJob) -> Outlook | None:
        """What the feed tells of one job."""
        return (await self.outlooks([known])).get(known.job.id)

    async def outlooks(self, jobs: Sequence[KnownJob]) -> dict[str, Outlook]:
        """What the feed tells of jobs that wait or run, by their ids; of others, nothing."""
        alive = [known for known in jobs if not known.finished and job_number(known.job.id).isdecimal()]
        machines = {known.resource.id: known.resource for known in alive}
        told: dict[str, Outlook] = {}
        for machine_id, activity in (await self.of_all(list(machines.values()))).items():
            if isinstance(activity, Activity):
                here = {
                    int(job_number(one.job.id)): one.job.id for one in alive if one.resource.id == machine_id
                }
                outlooks = await self._outlooks_on(activity, list(here))
                told |= {here[number]: outlook for number, outlook in outlooks.items()}
        return told

    async def _outlooks_on(self, activity: Activity, numbers: Sequence[int]) -> dict[int, Outlook]:
        told = {job.number: _running(activity, job) for job in activity.running if job.number in numbers}
        queued = {job.number: job for job in activity.queued if job.number in numbers}
        if not queued:
            return told
        now, earliness = self.clock(), await self.learned.of(activity.machine)
        ask = partial(start_ranges_of, activity, list(queued), now=now, earliness=earliness)
        for number, start in (await anyio.to_thread.run_sync(ask)).items():
            place = queue_place(activity, number)
            told[number] = Outlook(activity.updated, queued[number].queue, place, start, now)
        return told

    async def before_submission(self, machine: Resource, queue: str, nodes: int, walltime: int) -> list[str]:
        """When a job may start, and what would start sooner, as sentences; empty if that is not known.

        Args:
            machine: where it would run.
            queue: the queue that it would be submitted to.
            nodes: how many nodes it would request.
            walltime: its walltime, in seconds.
        """
        if not self.feed.has(machine.name) or isinstance(activity := await self.of(machine), NotKnown):
            return []
        now, earliness = self.clock(), await self.learned.of(activity.machine)
        places = self._places(machine, queue, nodes, walltime)

        def ask(place: str) -> StartRange | StartUnknown:
            return start_range_for(
                activity, queue=place, nodes=nodes, walltime=walltime, now=now, earliness=earliness
            )

        def ask_all() -> dict[str, StartRange | StartUnknown]:
            return {name: ask(place) for name, place in places.items()}

        starts = await anyio.to_thread.run_sync(ask_all)
        return list(advice(activity, queue, starts, nodes=nodes, walltime=walltime, now=now))

    def _places(self, machine: Resource, chosen: str, nodes: int, walltime: int) -> dict[str, str]:
        """The chosen queue and the others that take such a job, each with the queue that would run it."""
        table = self.queues_of(machine)
        fitting = table.fitting(nodes, walltime) if table else []
        places = {queue.name: place.name for queue in fitting if (place := queue.place_of(nodes))}
        return {chosen: places.get(chosen, chosen), **places}


def _running(activity: Activity, job: ActivityJob) -> Outlook:
    ends_by = None if job.started is None else job.started + job.walltime
    return Outlook(activity.updated, job.queue, nodes=job.location, ends_by=ends_by)
