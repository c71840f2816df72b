"""How fast allocations are used, from what was seen of them: the facility reports only the current total."""

from datetime import UTC, datetime, timedelta

import pytest

from alcf_mcp.journal import Journal
from alcf_mcp.learned import Learned
from alcf_mcp.learned.usage import Amount, Rate

URL = "https://facility/api/v1"
NOW = datetime(2026, 8, 31, 12, tzinfo=UTC)


async def see(
    journal: Journal, days_ago: float, used: float, *, unit: str = "node_hours", url: str = URL
) -> Rate | None:
    amount = Amount("P", "polaris", unit, granted=1000.0, used=used)
    (rate,) = await Learned(journal.store).usage.see(url, [amount], NOW - timedelta(days=days_ago))
    return rate


async def test_a_rate_is_told_over_the_time_it_was_seen(journal: Journal) -> None:
    assert await see(journal, 12, 100) is None
    assert await see(journal, 11.5, 150) is None, "a day makes no even use"
    assert await see(journal, 0, 460) == Rate(per_day=30, days=12)


async def test_a_rate_goes_back_a_month_where_it_can(journal: Journal) -> None:
    for days_ago, used in ((50, 0), (31, 500), (3, 520)):
        await see(journal, days_ago, used)
    rate = await see(journal, 0, 531)
    assert rate == Rate(per_day=1, days=31)


async def test_node_hours_are_counted_anew_when_an_allocation_is_renewed(journal: Journal) -> None:
    for days_ago, used in ((20, 900), (19, 950), (10, 20)):
        await see(journal, days_ago, used)
    assert await see(journal, 0, 120) == Rate(per_day=10, days=10)


async def test_a_refund_is_no_renewal(journal: Journal) -> None:
    for days_ago, used in ((10, 900), (5, 1000)):
        await see(journal, days_ago, used)
    assert await see(journal, 0, 950) == Rate(per_day=5, days=10)


async def test_storage_comes_and_goes(journal: Journal) -> None:
    for days_ago, used in ((10, 900), (5, 100)):
        await see(journal, days_ago, used, unit="bytes")
    assert await see(journal, 0, 800, unit="bytes") == Rate(per_day=-10, days=10)


@pytest.mark.parametrize(("minutes", "kept"), [(30, 1), (61, 2)])
async def test_it_is_kept_once_an_hour_and_for_two_months(
    journal: Journal, minutes: float, kept: int
) -> None:
    await see(journal, 61, 1)
    await see(journal, minutes / 1440, 2)
    await see(journal, 0, 3)
    rows = await journal.store.run(lambda db: db.execute("SELECT used FROM usage").fetchall())
    assert [row["used"] for row in rows] == [2, 3][:kept]


async def test_facilities_are_kept_apart(journal: Journal) -> None:
    await see(journal, 10, 900, url="http://local/api/v1")
    assert await see(journal, 0, 1000) is None
