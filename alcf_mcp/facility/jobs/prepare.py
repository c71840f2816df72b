"""Prepare a job for submission: fill in the usual values, and check that the job can work."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import anyio

from alcf_mcp.facility.alcf.job_resources import unknown_resources
from alcf_mcp.facility.alcf.queues import advice
from alcf_mcp.facility.jobs.cost import most_node_hours
from alcf_mcp.facility.jobs.defaults import SubmissionDefaults
from alcf_mcp.facility.jobs.earlier import EarlierJobs
from alcf_mcp.facility.jobs.ensembles import Ensemble, ensemble_of
from alcf_mcp.facility.jobs.ensembles.rendering import as_one_job
from alcf_mcp.facility.jobs.ensembles.resuming import Resumed, Resuming
from alcf_mcp.facility.jobs.output_paths import OutputPath, OutputPaths, one_file_for_both
from alcf_mcp.facility.jobs.request import NewJobRequest, new_job
from alcf_mcp.facility.jobs.resubmission import Resubmission, resubmitted
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.facility.projects import in_figures
from alcf_mcp.facility.resources import ResourceNames
from alcf_mcp.facility.walltime import spoken
from alcf_mcp.facility.weather import QueueWeather
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.errors import InvalidCall, IRIError
from alcf_mcp.iri.models import Incident, JobSpec, Resource
from alcf_mcp.journal import SubmittedProgram
from alcf_mcp.wording import in_node_hours

logger = logging.getLogger(__name__)

LOOKING_SECONDS = 8.0
"""The time limit for these checks, so that they do not hold up a submission."""

UNCLEAR = (
    "Another submission to {machine} is under way, or its outcome is unknown: if it was the same job, check "
    "whether it exists already."
)

LeftOn = Callable[[str, Resource], Awaitable[float | None]]


@dataclass
class Prepared:
    """A job that is ready to be submitted.

    Attributes:
        machine: where it will run.
        request: the request, with the usual values filled in.
        spec: the specification that will be sent.
        earlier: what was taken from an earlier job, if it is submitted again.
        ensemble: the members that it runs, if it is an ensemble.
        used: what was filled in, as sentences.
        notes: warnings and advice, as sentences.
        weather: when it may start if it is submitted now, as sentences.
        left: what is left of the account's node hours, as a sentence; empty if that is not known.
        targets: where it will write, and what that would replace.
        recorded: what it runs, if it was prepared earlier.
    """

    machine: Resource
    request: NewJobRequest
    spec: JobSpec
    used: list[str]
    earlier: Resubmission | None = None
    ensemble: Ensemble | None = None
    notes: list[str] = field(default_factory=list)
    weather: list[str] = field(default_factory=list)
    left: str = ""
    targets: list[OutputPath] = field(default_factory=list)
    recorded: SubmittedProgram | None = None

    def program(self) -> SubmittedProgram:
        """What it runs, to be recorded."""
        if self.recorded:
            return self.recorded
        program = self.request.program()
        return program.model_copy(update={"ensemble": self.ensemble and self.ensemble.record()})

    @property
    def walltime(self) -> int:
        """How long it may run, in seconds."""
        return (self.spec.attributes.duration if self.spec.attributes else None) or 0

    @property
    def runs(self) -> str | None:
        """The whole script that the node runs, in readable form."""
        return as_one_job(self.request, self.ensemble).script if self.ensemble else self.request.rendered()

    @property
    def to_make(self) -> list[RemotePath]:
        """The output directories that are missing."""
        return list(dict.fromkeys(target.missing for target in self.targets if target.missing))

    @property
    def replaces(self) -> list[str]:
        """What its output would replace, or lose, as sentences."""
        lost = [target.replaces for target in self.targets] + [one_file_for_both(self.spec)]
        return [sentence for sentence in lost if sentence]

    @property
    def unknown_resources(self) -> list[str]:
        """The PBS resources it sets whose effect is unknown."""
        return unknown_resources(self.request.custom_attributes)

    @property
    def cost(self) -> float:
        """The most node hours that it can be charged for."""
        return most_node_hours(self.spec, self.machine.name)


class Preparation:
    """Prepares the jobs of one call.

    Args:
        iri: the facility.
        names: its resources.
        earlier: finds jobs to submit again.
        resuming: finds out which members of an earlier ensemble are to run.
        output_paths: checks where jobs will write.
        left_on: returns what is left of an account's node hours on a machine, or ``None`` if unknown.
        usual: fills in the usual values.
        weather: what the machines are doing.
        told: the open submissions that this process has mentioned; those that this call mentions are added.
        has_alcf_queues: whether the machines have ALCF's queues.
    """

    def __init__(
        self,
        iri: IRIClient,
        names: ResourceNames,
        earlier: EarlierJobs,
        resuming: Resuming,
        output_paths: OutputPaths,
        left_on: LeftOn,
        usual: SubmissionDefaults,
        weather: QueueWeather,
        *,
        told: set[int],
        has_alcf_queues: bool,
    ) -> None:
        self._iri = iri
        self._names = names
        self._earlier = earlier
        self._resuming = resuming
        self._output_paths = output_paths
        self._left_on = left_on
        self._usual = usual
        self._weather = weather
        self._has_alcf_queues = has_alcf_queues
        self._told = told
        self._told_before = frozenset(told)
        self._last: tuple[str | None, NewJobRequest, bool, Prepared] | None = None

    async def again(self, resource: str | None, request: NewJobRequest, *, later: bool = False) -> Prepared:
        """Return what this call has already prepared for the same request, or prepare it now."""
        if self._last and self._last[:3] == (resource, request, later):
            return self._last[3]
        return await self.prepare(resource, request, later=later)

    async def prepare(self, resource: str | None, request: NewJobRequest, *, later: bool = False) -> Prepared:
        """Fill in what the request leaves out, and check that the job can work.

        Args:
            resource: where it will run; if ``None``, where the job ran that it is like.
            request: the job.
            later: whether it is to follow another job, in weather that is not known yet.

        Raises:
            InvalidCall: something required is missing, or the facility would refuse the job.
        """
        machine, completed, earlier, resumed = await self._as_earlier(resource, request)
        filled, used = await self._usual.filled(machine, completed)
        ensemble = ensemble_of(filled, directory=resumed.directory, to_run=resumed.to_run)
        as_sent = as_one_job(filled, ensemble) if ensemble else filled
        spec = new_job(as_sent, has_alcf_queues=self._has_alcf_queues)
        prepared = Prepared(machine, filled, spec, used, earlier, ensemble, filled.remarks())
        if self._has_alcf_queues:
            prepared.notes += _advice(machine, prepared.spec)
        submissions = await self._usual.open_submissions(machine)
        if submissions - self._told_before:
            prepared.notes.append(UNCLEAR.format(machine=machine.name))
        self._told |= submissions
        await self._look(prepared, later=later)
        self._last = (resource, request, later, prepared)
        return prepared

    async def _as_earlier(
        self, resource: str | None, request: NewJobRequest
    ) -> tuple[Resource, NewJobRequest, Resubmission | None, Resumed]:
        """The machine, the request with what it takes from an earlier job, and what of that is resumed."""
        if request.like and request.resume:
            raise InvalidCall("A job is either like another or resumes it", hint="Give `like` or `resume`.")
        if (name := request.resume or request.like) is None:
            if resource is None:
                raise InvalidCall("It is not known where to run", hint="Give `resource`, such as polaris.")
            return await self._names.compute(resource), request, None, Resumed()
        earlier = await self._earlier.find(name)
        machine = await self._names.compute(resource) if resource else earlier.machine
        resumed = await self._resuming.of(earlier, request) if request.resume else Resumed()
        return machine, *resubmitted(request, earlier, machine, left=len(resumed.to_run)), resumed

    async def _look(self, prepared: Prepared, *, later: bool) -> None:
        """Run all checks at the same time; those that do not finish in time are left out."""

        async def quietly(look: Callable[[Prepared], Awaitable[None]]) -> None:
            try:
                await look(prepared)
            except IRIError as error:
                logger.info("a check before a submission failed: %s", error)

        async def look_at(target: OutputPath) -> None:
            await quietly(lambda _: self._output_paths.look(target))

        looks = [self._at_machine, self._at_incidents, self._at_allocation]
        if not later:
            looks.append(self._at_weather)
        prepared.targets = await self._output_paths.targets(prepared.machine, prepared.spec)
        with anyio.move_on_after(LOOKING_SECONDS):
            async with anyio.create_task_group() as group:
                for look in looks:
                    group.start_soon(quietly, look)
                for target in prepared.targets:
                    group.start_soon(look_at, target)

    async def _at_machine(self, prepared: Prepared) -> None:
        now = await self._iri.get_resource(prepared.machine.id)
        if now.current_status in ("down", "degraded"):
            prepared.notes.append(f"{prepared.machine.name} is {now.current_status} right now.")

    async def _at_incidents(self, prepared: Prepared) -> None:
        seconds = prepared.spec.attributes.duration if prepared.spec.attributes else None
        now = datetime.now(UTC)
        ends = now + timedelta(seconds=seconds or 0)
        for incident in await self._iri.list_incidents(resource_id=prepared.machine.id, limit=1000):
            if _matters(incident, now, ends):
                prepared.notes.append(_told(incident, now))

    async def _at_allocation(self, prepared: Prepared) -> None:
        account = prepared.request.account or ""
        left = await self._left_on(account, prepared.machine)
        if left is None:
            prepared.left = f"The facility does not report what is left of {account}'s allocation."
            return
        prepared.left = f"{account} has {in_node_hours(in_figures(left))} left on {prepared.machine.name}."
        if prepared.cost > left:
            prepared.notes.append(
                f"The job may cost more than that: up to {in_node_hours(in_figures(prepared.cost))}."
            )

    async def _at_weather(self, prepared: Prepared) -> None:
        attributes, request = prepared.spec.attributes, prepared.request
        if attributes and attributes.duration and request.queue and request.nodes:
            prepared.weather = await self._weather.before_submission(
                prepared.machine, request.queue, request.nodes, attributes.duration
            )


def _advice(machine: Resource, spec: JobSpec) -> list[str]:
    attributes, resources = spec.attributes, spec.resources
    if not (
        attributes and resources and attributes.queue_name and attributes.duration and resources.node_count
    ):
        return []
    return advice(machine.name, attributes.queue_name, resources.node_count, attributes.duration)


def _matters(incident: Incident, now: datetime, ends: datetime) -> bool:
    """Whether an incident is in progress, or begins before a job that starts now could end."""
    if incident.resolution in ("completed", "cancelled") or (incident.end and incident.end <= now):
        return False
    return incident.start is None or incident.start < ends


def _told(incident: Incident, now: datetime) -> str:
    name = incident.name or incident.type or "An incident"
    if incident.start is None or incident.start <= now:
        return f"{name} is in progress: the job may have to wait."
    wait = spoken((incident.start - now).total_seconds())
    return f"{name} begins in {wait}, before the job could end: it may have to wait until that is over."
