from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.activity.models import Activity, ActivityJob, Maintenance, Reservation
from alcf_mcp.activity.parsing import MOST_JOBS, check_current, parse_activity
from alcf_mcp.activity.unknown import ActivityUnknown
from tests.activity.support import NOW, QUEUED, RUNNING, feed, served
from tests.iri.support import json_values


def parsed(**fields: Any) -> Activity:
    return parse_activity("polaris", served(feed(**fields)), NOW)


def many(count: int) -> list[dict[str, Any]]:
    """So many queued jobs that a few of another kind do not matter."""
    return [QUEUED | {"jobid": str(10_000 + index), "score": -index} for index in range(count)]


def test_a_feed_tells_of_jobs_nodes_and_when_it_was_written() -> None:
    assert parsed() == Activity(
        "polaris",
        NOW,
        running=(
            ActivityJob(
                1234,
                "small",
                "Climate",
                2,
                3600.0,
                submitted=NOW - 9000,
                started=NOW - 1200,
                location=("x3001c0s1b0n0", "x3001c0s3b0n0"),
            ),
        ),
        queued=(ActivityJob(1300, "medium", "Materials", 10, 7200.0, submitted=NOW - 9000, score=71.5),),
        node_states={"allocated": 1, "free": 1},
    )


def test_waiting_jobs_come_in_order_of_score_and_those_without_one_last() -> None:
    queued = [
        QUEUED | {"jobid": str(number), "score": score}
        for number, score in ((1, 2.0), (2, None), (3, "90.5"), (4, -1), (5, 2.0))
    ]
    assert [job.number for job in parsed(queued=queued).queued] == [3, 1, 5, 4, 2]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"jobid": 77}, {"number": 77}),
        ({"jobid": "77.polaris-pbs-01.hsn.cm.polaris.alcf.anl.gov"}, {"number": 77}),
        ({"jobid": "77[3].polaris-pbs-01"}, {"number": 77}),
        ({"nodes": " 12 "}, {"nodes": 12}),
        ({"nodes": None}, {"nodes": 2}),
        ({"walltime": "7200"}, {"walltime": 7200.0}),
        ({"walltime": "02:00:00"}, {"walltime": 7200.0}),
        ({"walltime": None}, {"walltime": 3600.0}),
        ({"walltime": None, "walltimef": "1:01:00:00"}, {"walltime": 90_000.0}),
        ({"starttime": "soon"}, {"started": NOW - 1200}),
        ({"starttime": None}, {"started": NOW - 1200}),
        ({"starttime": NOW + 86_400}, {"started": NOW - 1200}),
        ({"starttime": "2026-11-17T17:00:00+00:00"}, {"started": 1_794_934_800.0}),
        ({"submittime": -5}, {"submitted": None}),
        ({"submittime": "yesterday"}, {"submitted": None}),
        ({"project": None, "queue": 5}, {"project": "", "queue": ""}),
        ({"location": "(x1:ncpus=64)+(x2:ncpus=64)"}, {"location": ("x1", "x2")}),
        ({"location": {"x1": 1}}, {"location": ()}),
    ],
)
def test_a_job_is_read_in_several_forms(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    (job,) = parsed(running=[RUNNING | fields]).running
    assert {name: getattr(job, name) for name in expected} == expected


def test_a_starting_job_counts_as_one_that_starts_now() -> None:
    starting = QUEUED | {"jobid": "9", "state": "starting"}
    assert [(job.number, job.started) for job in parsed(running=[], starting=[starting]).running] == [
        (9, NOW)
    ]


@pytest.mark.parametrize(("state", "held"), [("queued", False), ("held", True), ("User_Hold", True)])
def test_a_held_job_is_told_apart(state: str, held: bool) -> None:
    assert [job.held for job in parsed(queued=[QUEUED | {"state": state}]).queued] == [held]


UNREADABLE: list[Any] = [
    None,
    "1300",
    [],
    {},
    QUEUED | {"jobid": None},
    QUEUED | {"jobid": "polaris-1"},
    QUEUED | {"jobid": True},
    QUEUED | {"jobid": -4},
    QUEUED | {"nodes": -1},
    QUEUED | {"nodes": "many"},
    QUEUED | {"nodes": 1.5},
    QUEUED | {"nodes": 10**400},
    QUEUED | {"nodes": True},
    QUEUED | {"walltime": -60, "walltimef": None},
    QUEUED | {"walltime": 10**12},
    QUEUED | {"walltime": [1], "walltimef": {}},
    QUEUED | {"jobid": "10000"},  # there already
]


@pytest.mark.parametrize("job", UNREADABLE)
def test_a_job_that_cant_be_read_is_left_out(job: Any) -> None:
    others = many(40)
    assert [one.number for one in parsed(queued=[*others, job]).queued] == list(range(10_000, 10_040))


def test_a_running_job_of_unknown_start_is_left_out() -> None:
    unknown = RUNNING | {"starttime": None, "runtimef": None}
    assert parsed(running=[unknown], queued=many(40)).running == ()


def test_parts_of_an_array_are_jobs_of_their_own() -> None:
    array = [RUNNING | {"jobid": f"55[{index}].polaris-pbs-01"} for index in range(3)]
    assert [job.number for job in parsed(running=array).running] == [55, 55, 55]


def test_if_more_than_a_twentieth_cant_be_read_nothing_is_believed() -> None:
    broken = [QUEUED | {"nodes": -1}] * 2
    assert len(parsed(running=[], queued=[*many(38), *broken]).queued) == 38
    with pytest.raises(ActivityUnknown, match="2 of 39 jobs in the feed can't be read"):
        parsed(running=[], queued=[*many(37), *broken])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not valid JSON"),
        (b'{"updated": 17', "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"\n <!DOCTYPE html><title>Just a moment</title>", "web page"),
        (b"null", "unknown form"),
        (b"[]", "unknown form"),
        (b'"down"', "unknown form"),
        (b"{}", "does not tell when"),
        (served(feed(updated=None)), "does not tell when"),
        (served(feed(updated=-1)), "does not tell when"),
        (b'{"updated": 1e999, "running": [], "queued": []}', "does not tell when"),
        (served(feed(updated=NOW + 86_400)), "in the future"),
        (served(feed(running=None)), "no list of running jobs"),
        (served(feed(queued={})), "no list of queued jobs"),
        (served(feed(starting="none")), "no list of starting jobs"),
        (served(feed(queued=[{}] * (MOST_JOBS + 1))), "50001 queued jobs"),
        (served(feed(nodeinfo=[])), "list of nodes can't be read"),
        (served(feed(nodeinfo={"x1": {"state": "free"}, "x2": {"state": 7}})), "1 of 2 nodes"),
        (served(feed(nodeinfo={"x1": {"state": "\x1b[31mfree"}})), "1 of 1 nodes"),
        (served(feed(nodeinfo={f"x{i}": {"state": f"s{i}"} for i in range(99)})), "99 different states"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(ActivityUnknown, match=reason):
        parse_activity("polaris", content, NOW)


def test_a_million_jobs_are_refused_before_they_are_read() -> None:
    content = b'{"updated": %d, "queued": [], "running": [%s]}' % (NOW, b",".join([b"{}"] * 1_000_000))
    with pytest.raises(ActivityUnknown, match="1000000 running jobs"):
        parse_activity("polaris", content, NOW)


def test_nodes_may_be_told_by_state_alone_or_not_at_all() -> None:
    assert parsed(nodeinfo={"x1": "Free", "x2": {"state": "free"}}).node_states == {"free": 2}
    assert parsed(nodeinfo=None).node_states is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": "M1", "start": NOW, "end": NOW + 60, "nodes": 560}, Reservation("M1", NOW, NOW + 60, 560)),
        ({"name": "M1", "start": NOW, "duration": 60}, Reservation("M1", NOW, NOW + 60, None)),
        ({"name": "M1", "start": NOW, "durationf": "01:00:00"}, Reservation("M1", NOW, NOW + 3600, None)),
        (
            {
                "reserve_name": "R7",
                "reserve_start": str(NOW),
                "reserve_end": NOW + 9,
                "resv_nodes": "(x1)+(x2)",
            },
            Reservation("R7", NOW, NOW + 9, 2),
        ),
        ({"queue": "R7", "starttime": NOW}, Reservation("R7", NOW, None, None)),
    ],
)
def test_reservations_are_read_in_several_spellings(fields: dict[str, Any], expected: Reservation) -> None:
    assert parsed(reservation=[fields]).reservations == (expected,)
    assert parsed(reservation={"one": fields}).reservations == (expected,)


@pytest.mark.parametrize(
    "told",
    [
        5,
        "none",
        [None, 7, {}],
        [{"name": "M1"}],
        [{"name": "M1", "start": "soon"}],
        [{"name": "M1", "start": NOW, "end": NOW - 1}],
        [{"name": "past", "start": NOW - 60, "end": NOW - 1}],
    ],
)
def test_reservations_that_cant_be_read_or_are_over_are_left_out(told: Any) -> None:
    assert parsed(reservation=told).reservations == ()


def test_notices_are_the_messages_of_the_day() -> None:
    motd = [{"message": "Eagle is slow today", "type": "info"}, "Reboot at noon", {"message": 5}, None]
    assert parsed(motd_info=motd).notices == ("Eagle is slow today", "Reboot at noon")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"start": NOW - 60, "end": NOW + 60}, Maintenance(NOW - 60, NOW + 60)),
        ({"start": str(NOW), "end": "later"}, Maintenance(NOW, None)),
        ({"start": NOW, "end": NOW - 1}, Maintenance(None, None)),
        ({"end": 10**30}, Maintenance(None, None)),
    ],
)
def test_a_maintenance_is_known(fields: dict[str, Any], expected: Maintenance) -> None:
    activity = parse_activity("polaris", served({"maint": True} | fields), NOW)
    assert (activity.maintenance, activity.updated, activity.running) == (expected, NOW, ())


def test_a_feed_that_nobody_writes_any_more_is_stale() -> None:
    check_current(parsed(), NOW + 599)
    with pytest.raises(ActivityUnknown, match="not been updated since 2026-11-18 11:06 UTC"):
        check_current(parsed(), NOW + 601)


def test_a_maintenance_that_is_not_over_is_never_stale() -> None:
    during = parse_activity("polaris", served({"maint": True, "updated": NOW, "end": NOW + 9000}), NOW)
    check_current(during, NOW + 8999)
    with pytest.raises(ActivityUnknown, match="not been updated"):
        check_current(during, NOW + 9001)


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        name: json_values | st.just(QUEUED[name]) if name in QUEUED else json_values
        for name in (*RUNNING, "score", "queuedtimef")
    },
)
FEEDS = st.fixed_dictionaries(
    {},
    optional={
        "updated": json_values | st.just(NOW),
        "maint": st.booleans() | json_values,
        "start": json_values,
        "end": json_values,
        "running": json_values | st.lists(FIELDS),
        "starting": json_values | st.lists(FIELDS),
        "queued": json_values | st.lists(FIELDS),
        "reservation": json_values | st.lists(FIELDS),
        "motd_info": json_values,
        "nodeinfo": json_values | st.dictionaries(st.text(), st.dictionaries(st.just("state"), json_values)),
    },
)


@given(st.binary() | (json_values | FEEDS).map(served))
def test_whatever_is_served_is_read_or_refused(content: bytes) -> None:
    try:
        activity = parse_activity("polaris", content, NOW)
        check_current(activity, NOW)
    except ActivityUnknown as unknown:
        assert str(unknown)
    else:
        jobs = (*activity.running, *activity.queued)
        assert all(job.nodes >= 0 and job.walltime > 0 and job.node_hours >= 0 for job in jobs)
        assert all(job.started is not None for job in activity.running)
