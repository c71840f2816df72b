"""What a check found about each operation, and how to show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True)
class Finding:
    """One operation, and where it differs from the document, if it does.

    Attributes:
        id: the operation's id.
        method: HTTP method.
        path: path below the mount point.
        differences: what differs from the document; empty if all is well.
        notes: remarks that are worth knowing but are not faults.
    """

    id: str
    method: str
    path: str
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def differences(findings: Sequence[Finding]) -> list[str]:
    """All differences, each with its operation."""
    return [f"{finding.id}: {text}" for finding in findings for text in finding.differences]


def show(console: Console, title: str, findings: Sequence[Finding], notes: str) -> None:
    """Print a table of findings and its summary."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in ("operation", "method", "path", "result", notes):
        table.add_column(column, overflow="fold")
    for finding in findings:
        wrong = bool(finding.differences)
        table.add_row(
            Text(finding.id),
            finding.method,
            Text(finding.path),
            Text("\n".join(finding.differences) or "ok", style="red" if wrong else "green"),
            Text(", ".join(finding.notes), style="dim"),
        )
    console.print(table)
    failed = sum(1 for finding in findings if finding.differences)
    console.print(f"{len(findings) - failed} of {len(findings)} operations as in the document\n")
