"""What a benchmark measures: a number of ours beside one of something that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Literal

Unit = Literal["s", "bytes", "requests"]


class MeasurementFailed(Exception):
    """What was to be measured did not do what it was to do."""


@dataclass(frozen=True)
class Spread:
    """The median of some values, and the quartiles around it."""

    median: float
    lower: float
    upper: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of at least one value."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        lower, _, upper = quantiles(values, n=4, method="inclusive")
        return cls(median(values), lower, upper)


@dataclass(frozen=True)
class Goal:
    """The most that a figure should be, in its ratio or in its own number."""

    most: float
    of: Literal["ratio", "ours"] = "ratio"


@dataclass(frozen=True)
class Figure:
    """A measured number of ours, and how it stands to a reference.

    Attributes:
        name: what was measured.
        unit: of both numbers.
        ours: our number; a median where there were several rounds.
        reference: the number that it is held against.
        against: what the reference is.
        ratio: ours ÷ reference; the median of the rounds' ratios where there were several.
        spread: the quartiles of the ratio, where there were several rounds.
        goal: what should be reached.
        note: what one should know to read it.
    """

    name: str
    unit: Unit
    ours: float
    reference: float | None = None
    against: str = ""
    ratio: float | None = None
    spread: tuple[float, float] | None = None
    goal: Goal | None = None
    note: str = ""

    @classmethod
    def beside(
        cls,
        name: str,
        unit: Unit,
        ours: float,
        reference: float,
        against: str,
        *,
        goal: Goal | None = None,
        note: str = "",
    ) -> Figure:
        """A number that was taken once, beside its reference."""
        ratio = ours / reference if reference else None
        return cls(name, unit, ours, reference, against, ratio, None, goal, note)

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; ``None`` where there is none."""
        if self.goal is None:
            return None
        value = self.ours if self.goal.of == "ours" else self.ratio
        return value is not None and value <= self.goal.most
