"""What this person's assistants did: jobs submitted, actions taken, and questions that wait for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from alcf_mcp.journal.actions import Action, Actions
from alcf_mcp.journal.approvals import Approvals
from alcf_mcp.journal.jobs import SubmittedJob, SubmittedJobs
from alcf_mcp.journal.offers import Offers
from alcf_mcp.journal.paces import Paces
from alcf_mcp.journal.reading import or_else
from alcf_mcp.journal.store import JournalError, Store
from alcf_mcp.journal.usage import Usage
from alcf_mcp.journal.waiting import WaitCounts


@dataclass(frozen=True)
class Journal:
    """The journal in one file."""

    path: Path

    @cached_property
    def store(self) -> Store:
        """The file itself."""
        return Store(self.path)

    @cached_property
    def jobs(self) -> SubmittedJobs:
        """The jobs that were submitted from here."""
        return SubmittedJobs(self.store)

    @cached_property
    def actions(self) -> Actions:
        """Every call that changed something."""
        return Actions(self.store)

    @cached_property
    def approvals(self) -> Approvals:
        """Questions that wait for a person."""
        return Approvals(self.store)

    @cached_property
    def offers(self) -> Offers:
        """What facilities do not offer."""
        return Offers(self.store)

    @cached_property
    def paces(self) -> Paces:
        """How long operations took."""
        return Paces(self.store)

    @cached_property
    def waiting(self) -> WaitCounts:
        """How much the person's processes wait for."""
        return WaitCounts(self.store)

    @cached_property
    def usage(self) -> Usage:
        """What was used of allocations."""
        return Usage(self.store)


__all__ = ["Action", "Journal", "JournalError", "SubmittedJob", "or_else"]
