"""How much to measure, and where the files go."""

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
    """One run, quick or thorough, with its files below ``directory``."""

    directory: Path
    quick: bool = False
    wanted_rounds: int | None = None

    @property
    def rounds(self) -> int:
        """The number of times that everything is measured."""
        return self.wanted_rounds or self.pick(ROUNDS, QUICK_ROUNDS)

    def pick(self, thorough: int, quick: int) -> int:
        """The size of something in a run of this kind."""
        return quick if self.quick else thorough

    def fresh(self, name: str) -> Path:
        """A new directory."""
        return Path(mkdtemp(prefix=f"{name}-", dir=self.directory))


Work = Callable[[], Awaitable[object]]
"""Runs our side of a benchmark once."""


@dataclass(frozen=True)
class Benchmark:
    """A group of figures that are measured together.

    Attributes:
        name: its name on the command line.
        about: what it measures, in a few words.
        measure: measures the figures.
        workload: prepares our side of it in this process, for the profiler.
    """

    name: str
    about: str
    measure: Callable[[Plan], Awaitable[list[Figure]]]
    workload: Callable[[Plan], AbstractAsyncContextManager[Work]] | None = None
