from __future__ import annotations

import tomllib

from alcf_mcp import data
from alcf_mcp.activity.known import machines_with_feed
from alcf_mcp.config import ALCF_ACTIVITY_URL
from alcf_mcp.facility.alcf.queues import known_machines


def test_alcfs_machines_have_feeds() -> None:
    assert {machine.name.lower() for machine in known_machines()} <= machines_with_feed()
    assert all(name == name.lower() for name in machines_with_feed())


def test_the_setting_has_the_address_that_is_recorded_with_its_date() -> None:
    recorded = tomllib.loads(data.read("activity.toml"))
    assert recorded["url"] == ALCF_ACTIVITY_URL
    assert recorded["as_of"]
    assert recorded["source"].startswith("https://")
