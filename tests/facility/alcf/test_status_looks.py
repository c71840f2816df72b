"""What ALCF records as incidents: looks at a resource are told apart from what happened to it."""

from datetime import UTC, datetime, timedelta

import pytest

from alcf_mcp.facility.alcf.status_looks import expected_end, is_look, what_was_seen
from alcf_mcp.iri.models import Event, Incident

NOON = datetime(2026, 8, 25, 12, tzinfo=UTC)
TEN = datetime(2026, 8, 25, 22, tzinfo=UTC)


def incident(name: str, *, seconds: float | None = 0.3, description: str = "") -> Incident:
    end = None if seconds is None else NOON + timedelta(seconds=seconds)
    return Incident(id="1", name=name, description=description, start=NOON, end=end)


@pytest.mark.parametrize(
    "name",
    ["Polaris activity fetch", "crux Activity Fetch", "Aurora_activity_fetch", "Sophia activity check"],
)
@pytest.mark.parametrize("seconds", [0, 0.3, 16])
def test_a_look_has_its_name_and_no_length(name: str, seconds: float) -> None:
    assert is_look(incident(name, seconds=seconds))


def test_its_description_tells_it_too() -> None:
    assert is_look(incident("Polaris", description="Parsed the activity.json data for Polaris"))


@pytest.mark.parametrize(
    "seen",
    [
        incident("Polaris activity fetch", seconds=None),
        incident("Polaris activity fetch", seconds=3600),
        incident("Power cut"),
        incident("Reservation for a training activity", description="Reserved"),
        incident("Maintenance of the fetch daemon"),
        Incident(id="1", name="Polaris activity fetch"),
    ],
)
def test_anything_else_is_an_incident(seen: Incident) -> None:
    assert not is_look(seen)


@pytest.mark.parametrize(
    "text",
    [
        "maintenance with expected end on August 25, 2026 at 10:00 PM UTC",
        "Polaris: maintenance with expected end on August 25, 2026 at 10:00 PM UTC.",
        "Maintenance, expected end: 2026-08-25T22:00:00+00:00",
        "maintenance with expected end on 2026-08-25 22:00:00",
        "Down; expected return at Aug 25, 2026 at 10:00 PM",
        "Maintenance with Expected End Time of August 25, 2026 at 10:00 PM UTC; see the website",
    ],
)
def test_until_when_it_takes_is_read_from_the_text(text: str) -> None:
    assert expected_end(text) == TEN


@pytest.mark.parametrize(
    "text",
    [
        "resource is up and running",
        "could not extract status information from activity.json",
        "maintenance with expected end on January 01, 1970 at 12:00 AM UTC",
        "maintenance with expected end on None",
        "the end is not expected",
        "",
    ],
)
def test_where_no_end_is_told_none_is_made_up(text: str) -> None:
    assert expected_end(text) is None


def test_what_was_seen_comes_without_the_resources_name() -> None:
    event = Event(id="1", description="polaris: resource is up and running.")
    assert what_was_seen(event, "Polaris") == "resource is up and running"
    assert what_was_seen(Event(id="1", name="Polaris is down"), "Polaris") == "Polaris is down"
