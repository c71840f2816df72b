"""Which of ALCF's machines have an activity feed."""

from __future__ import annotations

import tomllib

from alcf_mcp import data


def machines_with_feed() -> frozenset[str]:
    """Return the names of the machines that have a feed, in lower case."""
    return frozenset(tomllib.loads(data.read("activity.toml"))["machines"])
