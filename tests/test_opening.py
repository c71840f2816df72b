"""Which activity feed belongs to the facility that the settings name."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from alcf_mcp.activity.models import Activity
from alcf_mcp.activity.unknown import NotKnown
from alcf_mcp.config import ALCF_ACTIVITY_URL, load_settings
from alcf_mcp.facility import Facility
from alcf_mcp.opening import connect_to, opened, shared_by_calls
from tests.iri.support import loopback, response, sends

OTHER_API = "https://facility.example/api/v1"


@pytest.mark.parametrize(
    ("chosen", "url"),
    [
        ({}, ALCF_ACTIVITY_URL),
        ({"activity_url": ""}, None),
        ({"activity_url": "http://127.0.0.1:8765/"}, "http://127.0.0.1:8765"),
        ({"api_url": "https://api.alcf.anl.gov/api/v2"}, ALCF_ACTIVITY_URL),
        ({"api_url": OTHER_API}, None),
        ({"api_url": OTHER_API, "activity_url": "https://status.example"}, "https://status.example"),
        ({"api_url": OTHER_API, "activity_url": ALCF_ACTIVITY_URL}, ALCF_ACTIVITY_URL),
        ({"facility": "local"}, "http://local"),
        ({"facility": "local", "activity_url": ""}, None),
    ],
)
async def test_a_facility_has_its_own_feed_unless_the_user_names_another(
    tmp_path: Path, chosen: dict[str, Any], url: str | None
) -> None:
    settings = load_settings(state_dir=tmp_path, **chosen)
    async with connect_to(settings) as iri:
        assert shared_by_calls(settings, iri).activity.url == url


async def test_a_blank_variable_turns_the_feed_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ALCF_MCP_ACTIVITY_URL", "")
    async with opened(load_settings(state_dir=tmp_path)) as facility:
        assert isinstance(await facility.activity.of("Polaris"), NotKnown)


async def test_the_embedded_facility_tells_what_it_does(tmp_path: Path) -> None:
    async with opened(load_settings(facility="local", state_dir=tmp_path)) as facility:
        activity = await facility.activity.of("Polaris")
        assert await facility.activity.of("Aurora") == NotKnown("it has no activity feed", no_feed=True)
    assert isinstance(activity, Activity)
    assert activity.node_states == {"free": 8}
    assert not (tmp_path / "activity").exists()


async def test_the_users_token_stays_away_from_the_feed(tmp_path: Path) -> None:
    content = json.dumps({"updated": int(time.time()), "running": [], "queued": []}).encode()
    async with loopback(sends(response(content))) as server:
        url = server.url.removesuffix("/api/v1")
        settings = load_settings(
            api_url=server.url, activity_url=url, access_token="s3cret.t0ken", state_dir=tmp_path
        )
        async with connect_to(settings) as iri:
            facility = Facility(shared_by_calls(settings, iri))
            assert isinstance(await facility.activity.of("Polaris"), Activity)
    (head,) = server.heads
    assert b"s3cret" not in head
    assert b"authorization" not in head.lower()
