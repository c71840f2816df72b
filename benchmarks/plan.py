"""How much is measured, and where its files go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.figure import Figure

ROUNDS, QUICK_ROUNDS = 7, 2


@dataclass(frozen=True)
class Plan:
    """One run: below ``directory``, quick or thorough."""

    directory: Path
    quick: bool = False
    wanted_rounds: int | None = None

    @property
    def rounds(self) -> int:
        """How often everything is measured."""
        return self.wanted_rounds or self.pick(ROUNDS, QUICK_ROUNDS)

    def pick(self, thorough: int, quick: int) -> int:
        """The size of something in a run of this kind."""
        return quick if self.quick else thorough

    def fresh(self, name: str) -> Path:
        """A new directory."""
        return Path(mkdtemp(prefix=f"{name}-", dir=self.directory))


Work = Callable[[], Awaitable[object]]
"""Our side of a benchmark, once."""


@dataclass(frozen=True)
class Benchmark:
    """A group of figures that are measured together.

    Attributes:
        name: what it is called on the command line.
        about: what it measures, in a few words.
        measure: measures it.
        workload: prepares our side of it within this process, for the profiler.
    """

    name: str
    about: str
    measure: Callable[[Plan], Awaitable[list[Figure]]]
    workload: Callable[[Plan], AbstractAsyncContextManager[Work]] | None = None
