"""The figures of a run, as a table for reading and as JSON for comparisons."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.figure import Figure, Unit

MET = {True: Text("✓", style="green"), False: Text("✗", style="yellow"), None: Text("")}


@dataclass
class Report:
    """The figures of a run so far, by benchmark, and why other benchmarks failed."""

    machine: Mapping[str, str]
    options: Mapping[str, Any]
    figures: dict[str, list[Figure]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def show(self, console: Console) -> None:
        """Print the report."""
        for name, value in self.machine.items():
            console.print(f"{name:>10}  {value}", style="dim", markup=False)
        if self.figures:
            console.print(self._table())
        for name, reason in self.failures.items():
            console.print(Text(f"{name} could not be measured: {reason}", style="red"))

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self._facts(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def _facts(self) -> dict[str, Any]:
        figures = [
            {"benchmark": name, **asdict(figure), "met": figure.met}
            for name, measured in self.figures.items()
            for figure in measured
        ]
        about = {"machine": dict(self.machine), "options": dict(self.options)}
        return {**about, "figures": figures, "failures": self.failures}

    def _table(self) -> Table:
        table = Table("figure", header_style="bold")
        for column in ("ours", "reference", "ratio", "quartiles", "goal"):
            table.add_column(column, justify="right", no_wrap=True)
        table.add_column("")
        table.add_column("against, notes", style="dim")
        for measured in self.figures.values():
            for figure in measured:
                table.add_row(*_row(figure))
            table.add_section()
        return table


def _row(figure: Figure) -> tuple[str | Text, ...]:
    remarks = "; ".join(part for part in (figure.against, figure.note) if part)
    return (
        figure.name,
        spoken(figure.ours, figure.unit),
        "" if figure.reference is None else spoken(figure.reference, figure.unit),
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        "" if figure.spread is None else "–".join(f"{quartile:.2f}" for quartile in figure.spread),
        _goal(figure),
        MET[figure.met],
        remarks,
    )


def _goal(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    if figure.goal.of == "ratio":
        return f"≤ {figure.goal.most:g}"
    return f"≤ {spoken(figure.goal.most, figure.unit)}"


def spoken(value: float, unit: Unit) -> str:
    """A number with a readable unit."""
    if unit == "share":
        return f"{value:.0%}"
    if unit == "s" and value >= 3600:
        return f"{value / 3600:.1f} h"
    if unit == "s":
        return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.3g} ms"
    if unit == "requests":
        return f"{value:.1f}"
    for size, name in ((10**6, "MB"), (10**3, "kB")):
        if value >= size:
            return f"{value / size:.1f} {name}"
    return f"{value:.0f} B"
