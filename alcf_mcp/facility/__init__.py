"""The facility in users' terms: resources by name, paths without ids, jobs with what they asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from alcf_mcp.activity.feed import ActivityFeed
from alcf_mcp.facility.changes.evidence import OutcomeUnknown
from alcf_mcp.facility.changes.files import FileActions
from alcf_mcp.facility.changes.jobs import JobActions, TaskActions
from alcf_mcp.facility.changes.limits import LimitReached, Limits
from alcf_mcp.facility.changes.lost_answers import Finder
from alcf_mcp.facility.changes.lost_jobs import LostJobs
from alcf_mcp.facility.changes.placing import Placements
from alcf_mcp.facility.changes.recorder import Caller, Recorder
from alcf_mcp.facility.changes.targets import PathClaims
from alcf_mcp.facility.files.reading import Files
from alcf_mcp.facility.jobs.defaults import ConfiguredDefaults, SubmissionDefaults
from alcf_mcp.facility.jobs.earlier import EarlierJobs
from alcf_mcp.facility.jobs.ensembles import EnsembleFiles
from alcf_mcp.facility.jobs.ensembles.resuming import Resuming
from alcf_mcp.facility.jobs.history import JobRecords
from alcf_mcp.facility.jobs.listing import Jobs
from alcf_mcp.facility.jobs.output import Output
from alcf_mcp.facility.jobs.output_paths import OutputPaths
from alcf_mcp.facility.jobs.polling import JobPoller
from alcf_mcp.facility.jobs.prepare import Preparation
from alcf_mcp.facility.plans.planning import Planning
from alcf_mcp.facility.projects import Projects
from alcf_mcp.facility.resources import KnownResources, ResourceNames
from alcf_mcp.facility.unsupported import UnsupportedOperations
from alcf_mcp.facility.weather import QueueWeather
from alcf_mcp.iri import IRIClient
from alcf_mcp.iri.wait import Wait
from alcf_mcp.journal import Journal
from alcf_mcp.learned import Learned


@dataclass(frozen=True)
class ProcessState:
    """State shared by all calls of one process.

    Attributes:
        has_alcf_queues: whether machines with ALCF's names also have ALCF's queues.
        activity: what the facility's machines are doing, where there is a feed that tells.
        poller: polls jobs for all calls.
        ends_listed: ids of ended jobs shown by a listing that still has more pages.
        submissions_told: the open submissions that the user has been told about.
    """

    iri: IRIClient
    journal: Journal
    resources: KnownResources = field(default_factory=KnownResources)
    limits: Limits = field(default_factory=Limits)
    defaults: ConfiguredDefaults = field(default_factory=ConfiguredDefaults)
    has_alcf_queues: bool = True
    activity: ActivityFeed = field(default_factory=ActivityFeed)
    poller: JobPoller = field(default_factory=JobPoller)
    claims: PathClaims = field(default_factory=PathClaims)
    ends_listed: set[str] = field(default_factory=set)
    submissions_told: set[int] = field(default_factory=set)

    @cached_property
    def learned(self) -> Learned:
        """What earlier calls learned about the facility, kept in the journal's file."""
        return Learned(self.journal.store)

    @cached_property
    def unsupported(self) -> UnsupportedOperations:
        """Operations that the facility does not offer."""
        return UnsupportedOperations(self.learned, self.iri.base_url)


@dataclass(frozen=True)
class Facility:
    """One facility as one tool call sees it, with the call's time limit and its caller.

    ``remarks`` collects what the call's answer should also mention.
    """

    shared: ProcessState
    wait: Wait = field(default_factory=Wait)
    caller: Caller = field(default_factory=Caller)
    remarks: list[str] = field(default_factory=list)

    @cached_property
    def iri(self) -> IRIClient:
        """The API client, bound to this call's time limit."""
        return self.shared.iri.within(self.wait)

    @cached_property
    def names(self) -> ResourceNames:
        """Resources by name."""
        return ResourceNames(self.iri, self.shared.resources)

    @property
    def activity(self) -> ActivityFeed:
        """What the machines are doing."""
        return self.shared.activity

    @cached_property
    def weather(self) -> QueueWeather:
        """What the machines are doing."""
        shared = self.shared
        return QueueWeather(shared.activity, shared.learned.earliness, shared.has_alcf_queues)

    @cached_property
    def files(self) -> Files:
        """Files and directories by path."""
        return Files(self.iri, self.names, self.wait, self.shared.unsupported)

    @cached_property
    def file_actions(self) -> FileActions:
        """Changes to files and directories."""
        return FileActions(self.iri, self.files, self.recorder, self.shared.limits)

    @cached_property
    def placements(self) -> Placements:
        """Operations that put something at a path."""
        return Placements(self.iri, self.files, self.recorder, self.shared.limits, self.shared.claims)

    @cached_property
    def jobs(self) -> Jobs:
        """Jobs by id."""
        return Jobs(self.iri, self.names, self._job_records, self.shared.poller, self.wait)

    @cached_property
    def _job_records(self) -> JobRecords:
        return JobRecords(self.shared.journal, self.shared.ends_listed)

    @cached_property
    def job_actions(self) -> JobActions:
        """Changes to jobs."""
        shared = self.shared
        return JobActions(
            self.iri,
            shared.journal,
            self.recorder,
            shared.limits,
            self._lost_jobs,
            self.file_actions,
            shared.claims,
        )

    @cached_property
    def projects(self) -> Projects:
        """The user's projects."""
        return Projects(self.iri, self.names, self.shared.learned)

    @cached_property
    def preparation(self) -> Preparation:
        """Prepares jobs for submission."""
        shared = self.shared
        usual = SubmissionDefaults(
            self.iri, shared.journal, shared.defaults, has_alcf_queues=shared.has_alcf_queues
        )
        return Preparation(
            self.iri,
            self.names,
            EarlierJobs(self.iri, self.names, shared.journal, self._job_records, self.jobs),
            Resuming(self.jobs, self.ensembles, shared.journal),
            self.output_paths,
            self.projects.left_on,
            usual,
            self.weather,
            told=shared.submissions_told,
            has_alcf_queues=shared.has_alcf_queues,
        )

    @cached_property
    def output_paths(self) -> OutputPaths:
        """Where jobs will write their output."""
        return OutputPaths(self.iri, self.files, self.shared.journal)

    @cached_property
    def planning(self) -> Planning:
        """Plans jobs that follow others."""
        return Planning(self.shared.journal, self.iri.base_url, self.jobs, self.recorder, self.shared.limits)

    @cached_property
    def task_actions(self) -> TaskActions:
        """Changes to tasks."""
        return TaskActions(self.iri, self.recorder)

    @cached_property
    def recorder(self) -> Recorder:
        """Carries out this call's changes and records them in the journal."""
        return Recorder(
            self.shared.journal,
            self.caller,
            self.iri.base_url,
            self.finder,
            self.files,
            self.shared.limits,
            self.wait,
            self.remarks,
        )

    @cached_property
    def finder(self) -> Finder:
        """Finds out what happened to changes whose answers were lost."""
        return Finder(self.iri, self.files, self._lost_jobs, self.wait)

    @cached_property
    def _lost_jobs(self) -> LostJobs:
        return LostJobs(self.iri, self.shared.journal, self.shared.unsupported)

    @cached_property
    def ensembles(self) -> EnsembleFiles:
        """What ensembles have written."""
        return EnsembleFiles(self.files)

    @cached_property
    def output(self) -> Output:
        """The output of jobs."""
        return Output(self.files, self.shared.journal)


__all__ = ["Caller", "Facility", "LimitReached", "Limits", "OutcomeUnknown", "ProcessState", "Wait"]
