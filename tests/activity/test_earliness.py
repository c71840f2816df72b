"""How early jobs end is seen from look to look; before enough was seen, it is an assumption."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcf_mcp.activity.earliness import ASSUMED, ENOUGH, Earliness, Glimpse
from alcf_mcp.activity.models import Activity, ActivityJob, Maintenance

NOW = 1_795_000_000.0
HOUR = 3600.0
HALFWAY = ActivityJob(1, "prod", "P", 1, 2 * HOUR, NOW - HOUR, None, NOW - HOUR)
SEEN = Glimpse(NOW, (HALFWAY,))
LATER = Activity(machine="polaris", updated=NOW + 60)


def test_a_job_that_is_gone_at_the_next_look_has_ended_in_between() -> None:
    (ended,) = SEEN.ended(LATER)
    assert ended.number == 1
    assert ended.share == pytest.approx(0.504, abs=0.001)


@pytest.mark.parametrize(
    "later",
    [
        replace(LATER, running=(HALFWAY,)),
        replace(LATER, queued=(HALFWAY,)),
        replace(LATER, updated=NOW),
        replace(LATER, maintenance=Maintenance(NOW, None)),
        replace(LATER, updated=NOW + HOUR),
    ],
    ids=["still runs", "waits again", "the same look", "maintenance", "too long ago to tell"],
)
def test_what_does_not_tell_when_a_job_ended_is_not_learned_from(later: Activity) -> None:
    assert SEEN.ended(later) == ()


def test_a_job_cant_take_more_than_its_walltime() -> None:
    due = replace(HALFWAY, started=NOW - 2 * HOUR + 10)
    (ended,) = Glimpse(NOW, (due,)).ended(replace(LATER, updated=NOW + 600))
    assert 0.99 <= ended.share <= 1


def test_too_few_observations_do_not_count() -> None:
    assert Earliness.of([0.5] * (ENOUGH - 1)) == Earliness(ASSUMED, 0)
    assert Earliness.of([0.5] * ENOUGH).observed == ENOUGH


@given(st.lists(st.floats(-1, 2), min_size=ENOUGH, max_size=200), st.floats(0, 1), st.floats(0, 1))
def test_a_share_is_within_the_walltime_and_not_in_the_past(
    shares: list[float], luck: float, past: float
) -> None:
    assert past <= Earliness.of(shares).share(luck, past) <= max(1.0, past)
