"""``python -m tests.soak.replica``: a replica of the server for many people, with short intervals."""

from __future__ import annotations

from unittest.mock import patch

from alcf_mcp import cli
from alcf_mcp.facility.plans import runner
from alcf_mcp.team import housekeeping
from tests.soak.server import short_intervals

if __name__ == "__main__":
    with (
        short_intervals(),
        patch.object(runner, "LOOK_SECONDS", 2.0),  # many people's planned jobs are looked at
        patch.object(housekeeping, "RESUME_SECONDS", 2.0),
    ):
        cli.main()
