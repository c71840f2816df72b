"""``python -m tests.soak.server``: a real server with short intervals, in a process that may be killed."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from unittest.mock import patch

from alcf_mcp import background, cli
from alcf_mcp.facility.changes import lost_answers, lost_jobs
from alcf_mcp.facility.plans import runner
from alcf_mcp.iri import pace
from alcf_mcp.journal import actions

CERTAIN_AFTER = timedelta(seconds=25)
"""After this, a job that has not appeared will not appear: a call may take 8 seconds and its request be
delayed by 2, and a busy machine makes both last longer."""

LATE = timedelta(seconds=5)
"""As in the product, well before a submission stops competing for a new job."""


def short_intervals(*, runs_plans: bool = True) -> ExitStack:
    """Around a server: the same work as ever, at shorter intervals; all of them keep their order."""
    intervals = ExitStack()
    for module, name, value in (
        (background, "PLANS_AFTER", 0.2 if runs_plans else 1e6),
        (background, "FIRST_PAUSE", 1.0),
        (runner, "LOOK_SECONDS", 0.3),
        (runner, "LEASE_SECONDS", 3.0),
        (runner, "FIRST_RETRY", 0.3),
        (runner, "LONGEST_RETRY", 2.0),
        (runner, "CHECK_AGAIN", 0.5),
        (runner, "UNSEEN_SECONDS", 20.0),
        (runner, "CALL_SECONDS", 8.0),
        (pace, "FIRST_LOOK", 0.02),
        (lost_answers, "FIRST_LOOK", 0.02),
        (lost_answers, "LONGEST", 2.0),
        (lost_jobs, "LATE", LATE),
        (lost_jobs, "COMPETES", CERTAIN_AFTER),
        (actions, "COMPETES", CERTAIN_AFTER),
    ):
        intervals.enter_context(patch.object(module, name, value))
    return intervals


if __name__ == "__main__":
    with short_intervals():
        cli.main()
