"""Allocations, drawn in a browser from the server's real answers."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alcf_mcp.journal import Journal
from alcf_mcp.local import LocalFacility
from alcf_mcp.local.settings import Profile
from alcf_mcp.views.catalog import view_of
from alcf_mcp.views.page import Embedded, page
from tests.conftest import Assistant, Connect
from tests.views.browser import Browser
from tests.views.conftest import DRAWS
from tests.views.drawing import (
    THEMES,
    WIDTHS,
    does_nothing_after_its_end,
    draw,
    look_through,
    press,
    settled,
    wire,
)
from tests.views.grants import TB, Granted, Owner, a_months_use, evenly

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=alert(1)>\u202e</script><script>alert(2)</script>"


async def rows(browser: Browser, section: str = "Node hours") -> list[dict[str, str]]:
    """The rows of a table as their reader finds them, by the titles of their columns."""
    return await browser.run(  # type: ignore[no-any-return]
        """return view.evaluate((section) => {
          const table = document.querySelector(`section[aria-label="${section}"] table`);
          const titles = [...table.querySelectorAll('th')].map((one) => one.textContent);
          const said = (cell) => cell.querySelector('svg')?.getAttribute('aria-label') ?? '';
          return [...table.querySelectorAll('tbody tr')].map((row) => Object.fromEntries(
            [...row.children].map((cell, index) => [titles[index], cell.innerText.trim() || said(cell)])));
        }, given)""",
        section,
    )


async def told(browser: Browser) -> str:
    return await browser.read("document.body.innerText")  # type: ignore[no-any-return]


async def test_in_both_themes_and_all_widths(
    browser: Browser, drawing: Assistant, local: LocalFacility, journal: Journal
) -> None:
    await a_months_use(local, journal)
    for theme in THEMES:
        for width in WIDTHS:
            await draw(browser, drawing, "list_projects", {}, theme=theme, width=width)
            await look_through(browser, "allocations", theme, width)
            one = {"project": "climate-downscaling"}
            await draw(browser, drawing, "get_project", one, theme=theme, width=width)
            await look_through(browser, "allocations-one", theme, width)


async def test_each_allocation_tells_what_is_left_and_how_long_it_lasts(
    browser: Browser, drawing: Assistant, local: LocalFacility, journal: Journal
) -> None:
    await a_months_use(local, journal)
    await draw(browser, drawing, "list_projects", {}, width=1200)
    found = await rows(browser)
    assert [(row["Project"], row["On"], row["Used"], row["Left"], row["Granted"]) for row in found] == [
        ("LocalDemo", "Crux", "2,044 · 102 %", "-44", "2,000"),
        ("climate-downscaling", "Polaris", "11,420 · 95 %", "580", "12,000"),
        ("LocalDemo", "Polaris", "18,250 · 37 %", "31,750", "50,000"),
        ("climate-downscaling", "Crux", "900 · 23 %", "3,100", "4,000"),
        ("LocalTiny", "Polaris", "0.02 · 4 %", "0.48", "0.5"),
    ]
    ends = datetime.now(UTC).date() + timedelta(days=580 / ((11_420 - 7_900) / 30))
    assert found[0]["Lasts until"] == "overdrawn"
    assert found[1]["Lasts until"].startswith(f"{ends.day} {ends:%b}")
    assert "120 node hours a day over the last 30 days; at that rate" in found[1]["Trend"]
    assert found[3]["Can still run"] == "10 nodes for 310 h or 100 nodes for 31 h"
    assert (found[4]["Lasts until"], found[4]["Trend"]) == ("not known yet", "")
    stored = {row["Project"]: (row["Left"], row["Lasts until"]) for row in await rows(browser, "Storage")}
    assert stored["LocalDemo"] == ("37 TB", "not used lately")
    assert stored["climate-downscaling"][0] == "24 TB"


async def test_the_trend_goes_on_to_the_day_that_nothing_is_left(
    browser: Browser, drawing: Assistant, local: LocalFacility, journal: Journal
) -> None:
    project = Owner("P", grants=[Granted("Polaris", 1000, 700, before=evenly(30, 100, 700))])
    await a_months_use(local, journal, [project])
    await draw(browser, drawing, "list_projects", {})
    lines = await browser.read(
        "[...document.querySelectorAll('polyline')].map((one) => one.getAttribute('points'))"
    )
    was, will_be = ([tuple(map(float, at.split(","))) for at in line.split()] for line in lines)
    assert len(was) == 31
    assert was[0] == pytest.approx((0, 28 - 1 - 26 * 0.9), abs=0.1)
    assert was[-1] == will_be[0] == pytest.approx((100 / 3, 28 - 1 - 26 * 0.3), abs=0.1)
    assert will_be[-1] == pytest.approx((100 / 3 + 15 / 90 * 100, 27), abs=0.1)


async def test_rows_are_put_in_order_by_keyboard_and_stay_so(
    browser: Browser, drawing: Assistant, local: LocalFacility, journal: Journal
) -> None:
    await a_months_use(local, journal)
    await draw(browser, drawing, "list_projects", {}, width=1200)
    await browser.run("await view.getByRole('button', { name: 'Lasts until' }).first().focus()")
    await browser.run("await page.keyboard.press('Enter')")
    ends = [row["Lasts until"].partition(" in ")[0] for row in await rows(browser)]
    assert (ends[0], ends[-1]) == ("overdrawn", "not known yet")
    await browser.run("await page.keyboard.press('Enter')")
    assert (
        await browser.read("document.activeElement.closest('th').getAttribute('aria-sort')") == "descending"
    )
    await press(browser, "Refresh")
    assert browser.calls == [("list_projects", {})]
    assert (await rows(browser))[-1]["Lasts until"] == "not known yet"
    assert (await rows(browser))[-2]["Lasts until"] == "overdrawn"


@pytest.mark.parametrize(
    ("grant", "used", "left", "lasts"),
    [
        (Granted("Polaris", 0, 7), "7 used", "–", "–"),
        (Granted("Polaris", 0, 0), "not reported", "–", "–"),
        (Granted("Polaris", -1, 7), "7 used", "–", "–"),
        (Granted("Polaris", 1000, 1000), "1,000 · 100 %", "0", "used up"),
        (Granted("Polaris", 3e15, 1e12), "1tn · 0 %", "3000tn", "not known yet"),
        (Granted("Polaris", 1000, -5), "-5 · -0.5 %", "1,005", "not known yet"),
        (Granted("Polaris", 1e6, 20, before=evenly(30, 10, 20)), "20 · 0 %", "999,980", "over 10 years"),
    ],
    ids=["no grant", "nothing", "unlimited", "used up", "huge", "refunded", "hardly used"],
)
async def test_what_is_not_told_leaves_no_wrong_figure(
    browser: Browser,
    drawing: Assistant,
    local: LocalFacility,
    journal: Journal,
    grant: Granted,
    used: str,
    left: str,
    lasts: str,
) -> None:
    await a_months_use(local, journal, [Owner("P", grants=[grant])])
    await draw(browser, drawing, "list_projects", {})
    (row,) = await rows(browser)
    assert (row["Used"], row["Left"], row["Lasts until"]) == (used, left, lasts)
    await look_through(browser, f"allocations-{used.split(maxsplit=1)[0]}", "light", 720)


async def test_units_of_other_facilities_have_a_table_of_their_own(
    browser: Browser, drawing: Assistant, local: LocalFacility, journal: Journal
) -> None:
    grants = [
        Granted("cpu", 3000, 20, "charge_hours"),
        Granted("Eagle", 1e6, 999, "inodes"),
        Granted("scratch", 0.5 * TB, 0.6 * TB, "bytes"),
    ]
    await a_months_use(local, journal, [Owner("m1234", grants=grants)])
    await draw(browser, drawing, "list_projects", {}, width=320)
    assert [row["Left"] for row in await rows(browser, "charge hours")] == ["2,980"]
    assert [row["Left"] for row in await rows(browser, "Files and directories")] == ["999,001"]
    assert [row["Left"] for row in await rows(browser, "Storage")] == ["\N{MINUS SIGN}100 GB"]
    await look_through(browser, "allocations-elsewhere", "dark", 320)


async def test_without_figures_the_answer_itself_is_drawn(
    browser: Browser, drawing: Assistant, local: LocalFacility, journal: Journal
) -> None:
    await a_months_use(local, journal)
    result = await wire(drawing, "list_projects", {})
    del result["_meta"]
    await draw(browser, drawing, "list_projects", {}, result=result)
    assert {row["Lasts until"] for row in await rows(browser)} == {"overdrawn", "not known yet"}
    assert await browser.read("document.querySelectorAll('.sparkline').length") == 0


async def test_a_project_that_does_not_tell_is_named_and_can_be_looked_up(
    browser: Browser, drawing: Assistant, local: LocalFacility, journal: Journal
) -> None:
    projects = [Owner("told", grants=[Granted("Polaris", 10, 1)]), Owner("silent", fails="not yet")]
    await a_months_use(local, journal, projects)
    await draw(browser, drawing, "list_projects", {})
    assert "silent: Its allocations are not known" in await told(browser)
    assert len(await rows(browser)) == 1
    local.faults.clear()
    await a_months_use(local, journal, [Owner("silent", grants=[Granted("Crux", 20, 1)])])
    await press(browser, "Look it up")
    assert browser.calls == [("get_project", {"project": "silent"})]
    assert {row["Project"] for row in await rows(browser)} == {"told", "silent"}


async def test_what_others_chose_is_text_and_nothing_else(
    browser: Browser, drawing: Assistant, local: LocalFacility, journal: Journal
) -> None:
    await a_months_use(local, journal)
    one = {"project": "climate-downscaling"}
    for tool, arguments in (("list_projects", {}), ("get_project", one)):
        result = hostile(await wire(drawing, tool, arguments))
        await draw(browser, drawing, tool, arguments, result=result, width=320)
        await look_through(browser, "allocations-hostile", "light", 320)
        assert await browser.read("document.querySelectorAll('img, body script:not([id])').length") == 1
        assert HOSTILE in await browser.read("document.querySelector('#view').textContent")


def hostile(result: dict[str, Any]) -> dict[str, Any]:
    """The same answer, with texts that somebody chose to do harm."""
    changed = copy.deepcopy(result)
    facts = changed["structuredContent"]
    facts |= {"summary": HOSTILE, "note": HOSTILE}
    for project in facts.get("projects", [facts]):
        project |= {"name": HOSTILE, "description": HOSTILE, "note": HOSTILE}
        for one in project["allocations"]:
            one |= {"of": HOSTILE, "balance": HOSTILE, "can_still_run": HOSTILE, "rate": HOSTILE}
            one["unit"] = HOSTILE if one["unit"] == "bytes" else one["unit"]
    return changed


async def test_an_error_and_no_projects_are_told(
    browser: Browser, drawing: Assistant, local: LocalFacility, journal: Journal
) -> None:
    await draw(browser, drawing, "get_project", {"project": "LocalDmo"})
    assert "Did you mean LocalDemo?" in await browser.read("document.querySelector('.notice.bad').innerText")
    await a_months_use(local, journal, [])
    await draw(browser, drawing, "list_projects", {})
    assert "ALCF support" in await told(browser)
    await look_through(browser, "allocations-none", "light", 720)


async def test_after_its_end_a_page_does_nothing(browser: Browser, drawing: Assistant) -> None:
    await draw(browser, drawing, "list_projects", {})
    await does_nothing_after_its_end(browser, "Refresh")


async def test_where_the_client_calls_no_tools_there_are_no_buttons_for_it(
    browser: Browser, drawing: Assistant, local: LocalFacility, journal: Journal
) -> None:
    await a_months_use(local, journal, [Owner("silent", fails="not yet")])
    await draw(browser, drawing, "list_projects", {}, capabilities={})
    assert (
        await browser.read("[...document.querySelectorAll('button')].filter((one) => !one.hidden).length")
        == 0
    )


async def test_a_page_with_its_projects_needs_no_client(
    browser: Browser, drawing: Assistant, local: LocalFacility, journal: Journal
) -> None:
    await a_months_use(local, journal)
    view = view_of("list_projects")
    assert view
    html = page(view, (), embedded=Embedded("list_projects", await wire(drawing, "list_projects", {})))
    await browser.open(html, width=720)
    await settled(browser)
    assert len(await rows(browser)) == 5
    assert await browser.noted() == {"requests": [], "errors": []}
    assert await browser.audit() == []


class TestMembers:
    """Where the facility tells how members share a project."""

    @pytest.fixture
    def profile(self) -> Profile:
        return "full"

    async def test_their_shares_are_shown_when_the_user_asks(
        self, browser: Browser, connect: Connect
    ) -> None:
        async with connect(extensions=DRAWS, toolsets=("extended",)) as assistant:
            await draw(browser, assistant, "get_project", {"project": "LocalDemo"})
            await press(browser, "shares")
            assert browser.calls == [("list_user_allocations", {"project": "LocalDemo"})]
            assert "ada" in await told(browser)
            await look_through(browser, "allocations-members", "light", 720)
