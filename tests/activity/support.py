"""Feeds to read."""

from __future__ import annotations

import json
from typing import Any

NOW = 1_795_000_000.0

RUNNING: dict[str, Any] = {
    "jobid": "1234.polaris-pbs-01",
    "nodes": 2,
    "project": "Climate",
    "queue": "small",
    "mode": "script",
    "state": "running",
    "location": ["x3001c0s1b0n0", "x3001c0s3b0n0"],
    "walltime": 3600,
    "walltimef": "01:00:00",
    "runtimef": "00:20:00",
    "submittime": int(NOW - 9000),
    "starttime": str(NOW - 1200),
    "color": "#aabbcc",
}
QUEUED: dict[str, Any] = {
    "jobid": "1300",
    "nodes": 10,
    "project": "Materials",
    "queue": "medium",
    "mode": "script",
    "state": "queued",
    "score": 71.5,
    "queuedtimef": "02:30:00",
    "submittime": int(NOW - 9000),
    "starttime": "N/A",
    "walltime": 7200,
    "walltimef": "02:00:00",
}


def feed(**fields: Any) -> dict[str, Any]:
    """A feed with one running job and one queued one, apart from the given fields."""
    return {
        "updated": int(NOW),
        "running": [RUNNING],
        "queued": [QUEUED],
        "starting": [],
        "reservation": [],
        "motd_info": [],
        "nodeinfo": {"x3001c0s1b0n0": {"state": "allocated"}, "x3001c0s5b0n0": {"state": "free"}},
        "dimensions": {"rows": 1},
    } | fields


def served(document: Any) -> bytes:
    """A document as it is served."""
    return json.dumps(document).encode()
