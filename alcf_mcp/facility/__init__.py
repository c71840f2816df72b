"""The facility as people speak of it: resources by name, paths without ids, jobs with what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from alcf_mcp.facility.files import Files
from alcf_mcp.facility.jobs import Jobs
from alcf_mcp.facility.limits import LimitReached, Limits
from alcf_mcp.facility.names import ResourceNames
from alcf_mcp.facility.output import Output
from alcf_mcp.facility.recording import Caller, Recorder
from alcf_mcp.facility.wait import Wait
from alcf_mcp.iri import IRIClient
from alcf_mcp.journal import Journal


@dataclass(frozen=True)
class Shared:
    """What all calls of one process share.

    ``not_offered`` holds the operations that the facility answered 501 to: they are not tried again.
    """

    iri: IRIClient
    names: ResourceNames
    journal: Journal
    limits: Limits = field(default_factory=Limits)
    not_offered: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Facility:
    """One facility, as one tool call sees it: with that call's patience, and with who calls."""

    shared: Shared
    wait: Wait = field(default_factory=Wait)
    caller: Caller = field(default_factory=Caller)

    @property
    def iri(self) -> IRIClient:
        """The API itself, for what needs no more."""
        return self.shared.iri

    @property
    def names(self) -> ResourceNames:
        """Resources by name."""
        return self.shared.names

    @cached_property
    def files(self) -> Files:
        """Files and directories by path."""
        shared = self.shared
        return Files(self.iri, self.names, self.wait, shared.not_offered, self.recorder, shared.limits)

    @cached_property
    def jobs(self) -> Jobs:
        """Jobs by id."""
        return Jobs(self.iri, self.names, self.shared.journal, self.recorder, self.shared.limits)

    @cached_property
    def recorder(self) -> Recorder:
        """Writes what this call changes into the journal."""
        return Recorder(self.shared.journal, self.caller)

    @cached_property
    def output(self) -> Output:
        """What jobs wrote."""
        return Output(self.files)


__all__ = ["Caller", "Facility", "LimitReached", "Limits", "Shared", "Wait"]
