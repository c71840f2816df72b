"""What this user's assistants did and plan: jobs, actions, and questions that wait for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from alcf_mcp.journal.actions import Action, Actions
from alcf_mcp.journal.approvals import Approvals
from alcf_mcp.journal.jobs import SubmittedEnsemble, SubmittedJob, SubmittedJobs, SubmittedProgram
from alcf_mcp.journal.leases import Leases
from alcf_mcp.journal.notices import Notices
from alcf_mcp.journal.plans import PlannedJob, Plans
from alcf_mcp.store import JournalError, Store, or_else
from alcf_mcp.store.sqlite import SQLiteStore


@dataclass(frozen=True)
class Journal:
    """The journal in one store."""

    store: Store

    @classmethod
    def at(cls, path: Path) -> Journal:
        """The journal in a SQLite file."""
        return cls(SQLiteStore(path))

    @cached_property
    def jobs(self) -> SubmittedJobs:
        """The jobs that were submitted from here."""
        return SubmittedJobs(self.store)

    @cached_property
    def actions(self) -> Actions:
        """Every call that changed something."""
        return Actions(self.store)

    @cached_property
    def plans(self) -> Plans:
        """Jobs that are to be submitted after others."""
        return Plans(self.store)

    @cached_property
    def leases(self) -> Leases:
        """What only one of the user's processes does at a time."""
        return Leases(self.store)

    @cached_property
    def notices(self) -> Notices:
        """What the user was told of outside of any conversation."""
        return Notices(self.store)

    @cached_property
    def approvals(self) -> Approvals:
        """Questions that wait for the user."""
        return Approvals(self.store)


__all__ = [
    "Action",
    "Journal",
    "JournalError",
    "PlannedJob",
    "SubmittedEnsemble",
    "SubmittedJob",
    "SubmittedProgram",
    "or_else",
]
