"""The user's limits apply whatever a model says, and refusals name the setting."""

from pathlib import Path
from typing import Any

import pytest

from alcf_mcp.config import SettingsError, load_settings
from alcf_mcp.facility import LimitReached, Limits
from alcf_mcp.facility.paths import RemotePath
from alcf_mcp.iri.models import JobAttributes, JobSpec, ResourceSpec
from alcf_mcp.local import LocalFacility
from alcf_mcp.opening import limits_of
from tests.conftest import Connect, agree

JOB: dict[str, Any] = {
    "resource": "polaris",
    "script": "true",
    "account": "LocalDemo",
    "queue": "debug",
    "nodes": 2,
    "walltime": "1h",
    "directory": "/eagle/LocalDemo",
}


def spec(nodes: int, seconds: int, account: str = "A") -> JobSpec:
    return JobSpec(
        resources=ResourceSpec(node_count=nodes), attributes=JobAttributes(duration=seconds, account=account)
    )


def test_without_limits_everything_may_be_asked_for() -> None:
    Limits().check_job(spec(500, 86_400))
    Limits().check_place(RemotePath("/eagle/x"))


@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        (Limits(nodes=1), "MAX_NODES"),
        (Limits(walltime=60), "MAX_WALLTIME"),
        (Limits(node_hours=1), "MAX_NODE_HOURS"),
        (Limits(accounts=("B", "C")), "ALLOWED_ACCOUNTS"),
    ],
)
def test_a_job_beyond_a_limit_is_refused(limits: Limits, setting: str) -> None:
    with pytest.raises(LimitReached, match=f"ALCF_MCP_{setting}"):
        limits.check_job(spec(2, 3600))


def test_what_cant_be_counted_is_not_within_a_limit() -> None:
    unknown = JobSpec(resources=ResourceSpec(node_count=400))
    with pytest.raises(LimitReached, match="not known"):
        Limits(node_hours=1).check_job(unknown)
    Limits(nodes=400).check_job(unknown)


def test_a_job_at_the_limit_is_not() -> None:
    Limits(nodes=2, walltime=3600, node_hours=2, accounts=("a",)).check_job(spec(2, 3600))


@pytest.mark.parametrize("path", ["/eagle/P", "/eagle/P/x"])
def test_below_an_allowed_directory(path: str) -> None:
    Limits(paths=(RemotePath("/home/me"), RemotePath("/eagle/P"))).check_place(RemotePath(path))


@pytest.mark.parametrize("path", ["/eagle/Py", "/eagle", "/home/you"])
def test_outside_the_allowed_directories(path: str) -> None:
    with pytest.raises(LimitReached, match="ALCF_MCP_ALLOWED_PATHS"):
        Limits(paths=(RemotePath("/eagle/P"),)).check_place(RemotePath(path))


def test_limits_are_read_from_the_settings() -> None:
    settings = load_settings(max_walltime="2h", allowed_paths="/eagle/P/, /home/me", allowed_accounts="P")
    limits = limits_of(settings)
    assert (limits.walltime, limits.paths, limits.accounts) == (7200, ("/eagle/P", "/home/me"), ("P",))
    assert limits.unasked_node_hours == 8


@pytest.mark.parametrize(
    ("name", "value"), [("max_walltime", "2 weeks"), ("allowed_paths", "relative"), ("max_nodes", "none")]
)
def test_a_limit_that_cant_be_read_stops_the_server(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"ALCF_MCP_{name.upper()}"):
        limits_of(load_settings(**{name: value}))


@pytest.mark.parametrize(
    ("limit", "call"),
    [
        ({"max_nodes": 1}, ("submit_job", JOB)),
        ({"max_node_hours_per_day": 1}, ("submit_job", JOB)),
        ({"allowed_accounts": "Other"}, ("submit_job", JOB)),
        ({"allowed_paths": "/home/ada"}, ("make_directory", {"path": "/eagle/LocalDemo/x"})),
        ({"allowed_paths": "/home/ada"}, ("chmod", {"path": "/eagle/LocalDemo", "mode": "700"})),
        ({"allowed_paths": "/home/ada"}, ("remove_path", {"path": "/eagle/LocalDemo"})),
    ],
)
async def test_nothing_beyond_a_limit_is_sent_and_nobody_is_asked(
    connect: Connect, local: LocalFacility, limit: dict[str, Any], call: tuple[str, dict[str, Any]]
) -> None:
    async with connect(answer=agree, **limit) as assistant:
        answered = await assistant.call(call[0], **call[1])
        assert f"ALCF_MCP_{next(iter(limit)).upper()}" in answered.error["message"]
        assert assistant.questions == []
    assert not [s for s in local.faults.requests if s.method in ("PUT", "DELETE") or "/compute/job" in s.path]
    assert local.faults.count("POST", "mkdir") == 0


async def test_an_update_costs_what_it_adds(connect: Connect) -> None:
    async with connect(max_node_hours_per_day=5, confirm="off") as assistant:
        held = JOB | {"queue": "preemptable", "name": "held"}
        job_id = (await assistant.do("submit_job", **held))["job_id"]
        await assistant.do("update_job", job_id=job_id, nodes=4)
        refused = await assistant.call("update_job", job_id=job_id, nodes=8)
        assert "MAX_NODE_HOURS_PER_DAY" in refused.error["message"]


async def test_a_day_is_counted_over_all_servers(connect: Connect, tmp_path: Path) -> None:
    async with connect(max_node_hours_per_day=3) as one, connect(max_node_hours_per_day=3) as another:
        await one.do("submit_job", **JOB)
        refused = await another.call("submit_job", **JOB)
        assert "4 within 24 hours, more than 3" in refused.error["message"]
        await another.do("submit_job", **(JOB | {"nodes": 1}))
