"""What was learned about facilities, so that no new process has to learn it again; it may be lost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from alcf_mcp.learned.earliness import LearnedEarliness
from alcf_mcp.learned.paces import Paces
from alcf_mcp.learned.unsupported import NotOffered
from alcf_mcp.learned.usage import Usage
from alcf_mcp.learned.waiting import WaitCounts
from alcf_mcp.store import Store


@dataclass(frozen=True)
class Learned:
    """What was learned, in one store."""

    store: Store

    @cached_property
    def unsupported(self) -> NotOffered:
        """What facilities do not offer."""
        return NotOffered(self.store)

    @cached_property
    def paces(self) -> Paces:
        """How long operations take."""
        return Paces(self.store)

    @cached_property
    def waiting(self) -> WaitCounts:
        """How many tasks the user's processes wait for."""
        return WaitCounts(self.store)

    @cached_property
    def usage(self) -> Usage:
        """How much of allocations was used."""
        return Usage(self.store)

    @cached_property
    def earliness(self) -> LearnedEarliness:
        """How early jobs end."""
        return LearnedEarliness(self.store)


__all__ = ["Learned"]
