"""What a benchmark measures: a number of ours beside a known reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Literal

Unit = Literal["s", "bytes", "requests", "share"]


class MeasurementFailed(Exception):
    """What was being measured did not work as it should."""


@dataclass(frozen=True)
class Spread:
    """The median of some values and the quartiles around it."""

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
    """The maximum that a figure should reach, as a ratio or as our own number."""

    most: float
    of: Literal["ratio", "ours"] = "ratio"


@dataclass(frozen=True)
class Figure:
    """A measured number of ours, and how it compares with a reference.

    Attributes:
        name: what was measured.
        unit: the unit of both numbers.
        ours: our number; a median if there were several rounds.
        reference: the number that it is compared with.
        against: what the reference is.
        ratio: ours ÷ reference; the median of the rounds' ratios if there were several.
        spread: the quartiles of the ratio, if there were several rounds.
        goal: the goal.
        note: what a reader should know about it.
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
        """A number that was measured once, beside its reference."""
        ratio = ours / reference if reference else None
        return cls(name, unit, ours, reference, against, ratio, None, goal, note)

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; ``None`` if there is no goal."""
        if self.goal is None:
            return None
        value = self.ours if self.goal.of == "ours" else self.ratio
        return value is not None and value <= self.goal.most
