"""What a check found out about each operation, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True)
class Finding:
    """One operation: where it differs from the document, if it does.

    Attributes:
        id: the operation's id.
        method: HTTP method.
        path: path below the mount point.
        differences: what differs from the document; empty where all is well.
        notes: worth knowing, and no fault.
    """

    id: str
    method: str
    path: str
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def differences(findings: Sequence[Finding]) -> list[str]:
    """All differences, each with the operation it belongs to."""
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
