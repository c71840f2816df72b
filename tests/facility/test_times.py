"""Times are parsed as users write them."""

from datetime import UTC, datetime, timedelta

import pytest

from alcf_mcp.facility.walltime import parse_since
from alcf_mcp.iri.errors import InvalidCall

NOW = datetime(2026, 8, 5, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "back"),
    [("2h", timedelta(hours=2)), ("3 days ago", timedelta(days=3)), ("last 30 min", timedelta(minutes=30))],
)
def test_a_time_back_from_now(said: str, back: timedelta) -> None:
    assert parse_since(said, now=NOW) == NOW - back


def test_days_begin_at_the_persons_midnight() -> None:
    today, yesterday = parse_since("today", now=NOW), parse_since("yesterday", now=NOW)
    assert today.astimezone().hour == 0
    assert today <= NOW < today + timedelta(days=1)
    assert yesterday.astimezone().date() == (today.astimezone() - timedelta(hours=1)).date()


def test_iso_8601_without_a_zone_is_utc() -> None:
    assert parse_since("2026-08-01T12:00:00") == datetime(2026, 8, 1, 12, tzinfo=UTC)


def test_what_is_no_time_is_refused_with_the_right_forms() -> None:
    with pytest.raises(InvalidCall) as refused:
        parse_since("when I was young")
    assert "yesterday" in refused.value.hint
