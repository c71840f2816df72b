"""``alcf-mcp approve``: the user's own approval, given in a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from alcf_mcp.cli.options import Facility, StateDir
from alcf_mcp.config import load_settings

if TYPE_CHECKING:
    from alcf_mcp.journal.approvals import Approvals, PendingApproval


def approve(facility: Facility = None, state_dir: StateDir = None) -> None:
    """Show the requests that await your approval; type the code shown to approve one."""
    settings = load_settings(facility=facility, state_dir=state_dir)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write("alcf-mcp approve: this needs a terminal, because only a human may approve.\n")
        raise typer.Exit(1)
    from alcf_mcp.journal import Journal  # noqa: PLC0415 - loaded where it is used

    approvals = Journal.at(settings.journal_path).approvals
    waiting = approvals.waiting()
    if not waiting:
        sys.stdout.write("Nothing is waiting for your approval.\n")
    for question in waiting:
        _put(approvals, question)


def _put(approvals: Approvals, question: PendingApproval) -> None:
    from alcf_mcp.reports.text import clock_of, visible  # noqa: PLC0415 - loaded where it is used

    sys.stdout.write(
        f"\n{question.tool}, requested by {visible(question.client)} at {clock_of(question.asked_at)}:\n\n"
        f"{visible(question.preview)}\n\n"
    )
    typed = input(f"Type {question.code} to approve it, or press Enter to skip it: ")
    if typed.strip().lower() != question.code:
        sys.stdout.write("Not approved.\n")
    elif approvals.approve(question.code):
        sys.stdout.write("Approved for one call, within 10 minutes of the request. Tell your assistant.\n")
    else:
        sys.stdout.write("Too late: the request has expired. Have your assistant ask again.\n")
