"""A job as the facility reports it, joined with what the journal knows about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from alcf_mcp.iri.errors import IRIError
from alcf_mcp.iri.models import Job, JobSpec, Resource
from alcf_mcp.journal import SubmittedJob

LIST_LIMIT = 1000
"""The most jobs that the API lists at once."""

FACILITY_CUTS_AT = 200
"""The number of jobs at which ALCF silently cuts a list (ALCF's deployment of the API, 2026-08)."""


_ID = re.compile(r"[0-9]+(\[[0-9]*\])?(\..+)?")


def is_job_id(text: str) -> bool:
    """Whether a text looks like a job's id or the number at its beginning, rather than a name."""
    return _ID.fullmatch(text) is not None


def job_number(job_id: str) -> str:
    """The number at the start of a job id, which users and PBS accept in its place."""
    return job_id.partition(".")[0]


@dataclass(frozen=True)
class KnownJob:
    """A job as the facility reports it, with the record of its submission if it was submitted from here.

    Attributes:
        canceled_here: it was canceled from here.
        just_ended: it has ended, and the user has not been told yet.
        forgotten: the facility said that it does not know the job; ``job`` is how it was last seen.
        not_known_yet: it was submitted a moment ago, and the facility does not know it yet.
        out_of_sight: it could not be checked now; ``job`` is how it was last seen.
    """

    resource: Resource
    job: Job
    record: SubmittedJob | None = None
    canceled_here: bool = False
    just_ended: bool = False
    forgotten: bool = False
    not_known_yet: bool = False
    out_of_sight: bool = False

    @property
    def state(self) -> str:
        """The job's state; ALCF reports canceled and failed jobs as completed (its API, 2026-08)."""
        if self.canceled_here and self.job.finished and self.job.exit_code != 0:
            return "canceled"
        if self.job.state == "completed" and self.job.exit_code:
            return "failed"
        return "canceled" if self.job.state == "cancelled" else self.job.state

    @property
    def finished(self) -> bool:
        """Whether it is known to have ended, in whatever way."""
        return self.job.finished

    @property
    def lost(self) -> bool:
        """Whether the facility does not know it and its end was not seen."""
        return self.forgotten and not self.finished

    @property
    def exit_code(self) -> int | None:
        """Its exit code, once it has ended and the facility reports it."""
        return self.job.exit_code

    @property
    def spec(self) -> JobSpec | None:
        """Its specification: as the facility reports it, or else as it was submitted from here."""
        return self.job.job_spec or (self.record.spec if self.record else None)

    @property
    def nodes(self) -> int | None:
        """How many nodes it asks for."""
        return self.spec.resources.node_count if self.spec and self.spec.resources else None

    @property
    def walltime(self) -> int | None:
        """How long it may run, in seconds."""
        return self.spec.attributes.duration if self.spec and self.spec.attributes else None

    @property
    def succeeded(self) -> bool | None:
        """Whether it succeeded; ``None`` before its end, or if there is no exit code."""
        if not self.job.finished:
            return None
        if self.state in ("failed", "canceled"):
            return False
        return None if self.exit_code is None else self.exit_code == 0

    @property
    def failed(self) -> bool:
        """Whether it ended with an error rather than by being canceled."""
        return self.succeeded is False and self.state != "canceled"


@dataclass(frozen=True)
class Listing:
    """The jobs of several resources, and the resources that did not answer, with the reason.

    ``cut`` means that the facility's list may be incomplete.
    """

    jobs: list[KnownJob]
    unanswered: dict[str, IRIError]
    cut: bool
