"""The user's limits apply whatever a model says, and refusals name the setting."""

from pathlib import Path
from typing import Any

import pytest

from alcf_mcp.config import SettingsError, load_settings
from alcf_mcp.facility import LimitReached, Limits
from alcf_mcp.facility.changes.intents import PathIntent, PlaceIntent
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


def refusal(limits: Limits, asked: JobSpec) -> tuple[str, str]:
    """What the user's limits say against a job, and the setting that says so."""
    with pytest.raises(LimitReached) as refused:
        limits.check_job(asked)
    assert refused.value.hint == (
        "Stay within it, or tell the user: only they can change it, in the server's settings."
    )
    return parts_of(refused)


def parts_of(refused: pytest.ExceptionInfo[LimitReached]) -> tuple[str, str]:
    """The two parts of a refusal's message."""
    said, _, setting = str(refused.value).partition(". The limit is the user's own, set by ALCF_MCP_")
    return said, setting


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(nodes=1), "2 nodes is more than 1 node"),
        (Limits(walltime=300), "A walltime of 1 h is more than a walltime of 5 min"),
        (Limits(node_hours=1.5), "2 node hours is more than 1.5 node hours"),
        (Limits(accounts=("B", "C")), "Jobs may not be charged to A, only to B, C"),
    ],
)
def test_a_refusal_names_what_was_asked_and_what_is_allowed(limits: Limits, said: str) -> None:
    assert refusal(limits, spec(2, 3600))[0] == said


@pytest.mark.parametrize(
    ("limits", "said", "setting"),
    [
        (Limits(nodes=4), "What the job asks for is not known, and at most 4 is allowed", "MAX_NODES"),
        (
            Limits(walltime=60),
            "What the job asks for is not known, and at most 60 is allowed",
            "MAX_WALLTIME",
        ),
        (
            Limits(node_hours=2),
            "What the job asks for is not known, and at most 2 is allowed",
            "MAX_NODE_HOURS",
        ),
        (Limits(accounts=("A",)), "What the job is charged to is not known here", "ALLOWED_ACCOUNTS"),
        (Limits(paths=(RemotePath("/eagle/P"),)), "Where the job writes is not known here", "ALLOWED_PATHS"),
    ],
)
def test_a_job_that_leaves_open_what_is_limited_is_refused(limits: Limits, said: str, setting: str) -> None:
    assert refusal(limits, JobSpec()) == (said, setting)


@pytest.mark.parametrize("place", ["directory", "stdout_path", "stderr_path"])
def test_each_place_of_a_job_lies_in_an_allowed_directory(place: str) -> None:
    limits = Limits(paths=(RemotePath("/eagle/P"), RemotePath("/home/me")))
    inside = {"directory": "/eagle/P", "stdout_path": "/home/me/out.txt", "stderr_path": "/eagle/P/err.txt"}
    limits.check_job(JobSpec(**inside))
    outside = JobSpec(**(inside | {place: "/eagle/Q/x.txt"}))
    assert refusal(limits, outside) == ("/eagle/Q/x.txt lies outside /eagle/P, /home/me", "ALLOWED_PATHS")
    for output in ("stdout_path", "stderr_path"):
        assert "not known" in refusal(limits, JobSpec(**(inside | {output: None})))[0]


@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        (Limits(nodes=9), "MAX_NODES"),
        (Limits(walltime=9000), "MAX_WALLTIME"),
        (Limits(node_hours=9), "MAX_NODE_HOURS"),
        (Limits(node_hours_per_day=9), "MAX_NODE_HOURS_PER_DAY"),
        (Limits(accounts=("A",)), "ALLOWED_ACCOUNTS"),
    ],
)
def test_a_resource_of_unknown_effect_is_refused_under_any_limit(limits: Limits, setting: str) -> None:
    known, odd = (
        JobSpec(
            resources=ResourceSpec(node_count=1),
            attributes=JobAttributes(duration=60, account="A", custom_attributes=named),
        )
        for named in ({"place": "scatter"}, {"place": "scatter", "frobnicate": "1", "twiddle": "2"})
    )
    limits.check_job(known)
    Limits().check_job(odd)
    said = "The effect of frobnicate, twiddle in `custom_attributes` is unknown"
    assert refusal(limits, odd) == (said, setting)


@pytest.mark.parametrize(("spent", "more"), [(9.0, 1.0), (0.0, 10.0), (50.0, 0.0), (50.0, -1.0)])
def test_a_day_s_hours_may_be_used_up_and_what_adds_none_is_allowed(spent: float, more: float) -> None:
    Limits(node_hours_per_day=10).check_day(spent, more)
    Limits().check_day(spent, 1000 * more)


def test_a_day_s_hours_may_not_be_exceeded() -> None:
    with pytest.raises(LimitReached) as refused:
        Limits(node_hours_per_day=10).check_day(8.5, 2)
    said = "2 more node hours would make 10.5 within 24 hours, more than 10"
    assert parts_of(refused) == (said, "MAX_NODE_HOURS_PER_DAY")
    with pytest.raises(LimitReached):
        Limits(node_hours_per_day=10).check_day(10, 0.5)


def test_an_allowed_directory_is_a_place_but_not_itself_to_be_changed() -> None:
    limits = Limits(paths=(RemotePath("/eagle/P"), RemotePath("/home/me")))
    for name in ("/eagle/P", "/lus/eagle/P"):
        limits.check_place(RemotePath(name))
        with pytest.raises(LimitReached) as refused:
            limits.check_change(RemotePath(name))
        said = f"{name} is itself an allowed directory: only what is inside it may be changed"
        assert parts_of(refused) == (said, "ALLOWED_PATHS")
    limits.check_change(RemotePath("/home/me/x"))
    Limits().check_change(RemotePath("/eagle/P"))
    with pytest.raises(LimitReached, match="lies outside"):
        limits.check_change(RemotePath("/eagle/Q"))


@pytest.mark.parametrize("kind", ["mkdir", "chmod", "chown", "rm"])
def test_what_may_be_made_there_may_not_be_changed_there(kind: Any) -> None:
    limits, root = Limits(paths=(RemotePath("/eagle/P"),)), RemotePath("/eagle/P")
    limits.check_intent(PathIntent(kind=kind, path=root / "x"))
    if kind == "mkdir":
        limits.check_intent(PathIntent(kind=kind, path=root))
        limits.check_intent(PlaceIntent(kind="extract", path=root))
    else:
        with pytest.raises(LimitReached):
            limits.check_intent(PathIntent(kind=kind, path=root))


def test_the_allowed_directory_that_holds_a_path() -> None:
    limits = Limits(paths=(RemotePath("/eagle/P"), RemotePath("/home/me")))
    assert limits.root_of(RemotePath("/home/me/a/b")) == "/home/me"
    assert limits.root_of(RemotePath("/lus/eagle/P")) == "/eagle/P"
    assert limits.root_of(RemotePath("/eagle/Py")) is None
