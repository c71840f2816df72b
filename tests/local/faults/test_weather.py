from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from alcf_mcp.local import Fault, Weather
from alcf_mcp.local.catalog import POLARIS
from tests.local.conftest import Api, job_spec

DRAWS = 2000


def forecast(seed: int, rate: float = 1.0) -> list[Fault | None]:
    weather = Weather(seed=seed, rate=rate)
    return [weather.draw() for _ in range(DRAWS)]


def without_dates(faults: list[Fault | None]) -> list[Fault | None]:
    return [replace(fault, headers={}) if fault else None for fault in faults]


def test_the_same_seed_is_the_same_weather() -> None:
    assert without_dates(forecast(7, 0.3)) == without_dates(forecast(7, 0.3))
    assert without_dates(forecast(7, 0.3)) != without_dates(forecast(8, 0.3))


@pytest.mark.parametrize("rate", [0.0, 0.2, 1.0])
def test_the_rate_is_the_share_of_requests_that_something_happens_to(rate: float) -> None:
    happened = sum(fault is not None for fault in forecast(1, rate))
    assert happened == pytest.approx(rate * DRAWS, abs=DRAWS / 20)


def test_whether_the_request_is_carried_out_is_drawn_where_it_can_be_either_way() -> None:
    fates: dict[str, set[bool]] = {}
    for fault in forecast(1):
        assert fault
        fates.setdefault(fault.name, set()).add(fault.lets_through)
    never = {name for name, seen in fates.items() if seen == {False}}
    always = {name for name, seen in fates.items() if seen == {True}}
    assert never == {"429, Retry-After", "503, Retry-After", "503, Retry-After a date"}
    assert always == {"delayed", "trickled", "truncated", "408"}
    assert fates.keys() - never - always == {
        "dropped",
        "reset",
        "503",
        "500, a problem",
        "502, HTML",
        "504",
        "200, HTML",
        "200, another shape",
        "200, a problem",
        "200, empty",
    }


def test_no_delay_is_longer_than_the_longest() -> None:
    weather = Weather(seed=1, rate=1.0, longest=0.25)
    drawn = [fault for _ in range(DRAWS) if (fault := weather.draw())]
    assert 0.2 < max(max(fault.delay, fault.trickle, fault.late or 0.0) for fault in drawn) <= 0.25


async def test_what_happened_is_counted_as_it_was(api: Api) -> None:
    """The facility has as many jobs as requests were carried out, whatever happened to the responses."""
    weather = api.facility.faults.weather = Weather(seed=3, rate=1.0, longest=0.0)
    for _ in range(60):
        try:
            await api.post_job(job_spec(custom={"filesystems": "eagle", "Hold_Types": "u"}))
        except httpx.HTTPError:
            continue
    api.facility.faults.clear()
    jobs = await api.http.post(f"/compute/status/{POLARIS.id}")
    carried_out = sum(number for (_, so), number in weather.happened.items() if so)
    assert weather.happened.total() == 60
    assert len(jobs.json()) == carried_out
