"""Machines and their queue weather, drawn in a browser from the server's real answers."""

import copy
import time
from typing import Any

import pytest

from alcf_mcp.local import Fault, LocalFacility
from alcf_mcp.views.catalog import view_of
from alcf_mcp.views.page import Embedded, page
from tests.conftest import Assistant
from tests.views.browser import Browser
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
from tests.views.weather import HOUR, a_busy_day, own_jobs, replace_feed, with_known_queues

pytestmark = pytest.mark.slow

POLARIS = {"resource": "polaris"}
HOSTILE = "<img src=x onerror=alert(1)>\u202e</script><script>alert(2)</script>"


async def told(browser: Browser) -> str:
    return await browser.read("document.body.innerText")  # type: ignore[no-any-return]


async def table(browser: Browser) -> list[list[str]]:
    """The rows of the table, each with what its cells say."""
    return await browser.read(  # type: ignore[no-any-return]
        "[...document.querySelectorAll('tbody tr')].map((row) =>"
        " [...row.children].map((cell) => cell.innerText.replace(/\\s+/g, ' ').trim()))"
    )


async def ahead(browser: Browser) -> dict[str, tuple[str, str]]:
    """What is ahead, by its name: its details, and what its bar says."""
    rows = await browser.read(
        "[...document.querySelectorAll('li.row')].map((row) => [row.querySelector('.name').textContent,"
        " row.querySelector('.who').innerText, row.querySelector('svg')?.getAttribute('aria-label') ?? ''])"
    )
    return {name: (who, bar) for name, who, bar in rows}


async def test_in_both_themes_and_all_widths(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_known_queues(monkeypatch)
    await own_jobs(drawing)
    await a_busy_day(local)
    for theme in THEMES:
        for width in WIDTHS:
            await draw(browser, drawing, "get_resource", POLARIS, theme=theme, width=width)
            await look_through(browser, "machine", theme, width)
            await draw(browser, drawing, "list_resources", {}, theme=theme, width=width)
            await look_through(browser, "machine-all", theme, width)


async def test_each_queue_has_its_load_its_waits_and_its_limits(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_known_queues(monkeypatch)
    await a_busy_day(local)
    result = await draw(browser, drawing, "get_resource", POLARIS)
    queues = {row[0]: row[1:] for row in await table(browser)}
    assert queues.keys() == {
        "small via prod",
        "medium via prod",
        "large via prod",
        "preemptable",
        "debug",
        "debug-scaling",
        "capacity",
    }
    running, queued, nodes, waited, takes = queues["medium via prod"]
    (load,) = (one for one in result["structuredContent"]["now"]["queues"] if one["queue"] == "medium")
    assert (running, queued) == ("3", "17")
    assert nodes == f"{load['running_nodes']} + {load['queued_nodes']}"
    assert "longest" in waited
    assert takes == "25 – 99 nodes, up to 6 h"
    assert queues["capacity"] == ["0", "0", "–", "–", "1 – 4 nodes, up to 7 d, 2 jobs each"]
    await press(browser, "Queued")
    await press(browser, "Queued")
    assert [row[0] for row in await table(browser)][:2] == ["small via prod", "medium via prod"]


async def test_nodes_are_told_by_their_states(
    browser: Browser, drawing: Assistant, local: LocalFacility
) -> None:
    await a_busy_day(local)
    result = await draw(browser, drawing, "get_resource", POLARIS)
    used = result["structuredContent"]["now"]["nodes_in_use"]
    label = "document.querySelector('.meter').getAttribute('aria-label')"
    assert await browser.read(label) == f"Nodes: {used} in use, 7 free, 9 down"
    keys = await browser.read("document.querySelector('.keys').innerText")
    assert f"down 4, offline 5, free 7, allocated {used}" in keys


async def test_the_users_own_jobs_stand_among_what_is_ahead(
    browser: Browser, drawing: Assistant, local: LocalFacility
) -> None:
    await own_jobs(drawing)
    await a_busy_day(local)
    await draw(browser, drawing, "get_resource", POLARIS)
    assert browser.calls == [("list_jobs", {"resource": "Polaris", "limit": 20})]
    rows = await ahead(browser)
    assert rows.keys() == {"train-7b", "md-relax", "held-sweep", "gb_workshop", "Planned maintenance"}
    who, bar = rows["train-7b"]
    assert "running" in who
    assert "ends by" in who
    assert "running for" in bar
    who, bar = rows["md-relax"]
    assert "number 17 of 33 in its queue · may start in " in who
    assert bar.startswith("waiting for")
    assert "reservation · 64 nodes" in rows["gb_workshop"][0]
    later = await browser.read("document.querySelector('.later').textContent")
    assert later in ("in 5 d →", "in 6 d →")


async def test_a_list_opens_a_machine_and_leads_back_by_keyboard(
    browser: Browser, drawing: Assistant, local: LocalFacility
) -> None:
    await a_busy_day(local)
    await draw(browser, drawing, "list_resources", {})
    rows = {row[0]: row[1:] for row in await table(browser)}
    assert rows["Polaris"][0] == "up"
    assert rows["Polaris"][2:] == ["16", "60"]
    assert rows["Crux"] == ["up", "0 in use, 4 free, 0 down", "0", "0"]
    assert rows["Eagle"] == ["unknown", "storage", "–", "–"]
    await browser.run("await view.getByRole('button', { name: 'Polaris' }).focus()")
    await browser.run("await page.keyboard.press('Enter')")
    await browser.run("await view.getByText('You have no jobs here.').waitFor()")
    assert browser.calls[0] == ("get_resource", {"resource": "Polaris"})
    await press(browser, "All machines")
    await browser.run("await view.getByRole('button', { name: 'Crux' }).waitFor()")
    assert browser.calls[-1] == ("list_resources", {})
    assert len(await table(browser)) == 5


async def test_it_is_looked_at_again_with_the_same_question(browser: Browser, drawing: Assistant) -> None:
    await draw(browser, drawing, "list_resources", {"status": "up"})
    await press(browser, "Refresh")
    assert browser.calls == [("list_resources", {"status": "up"})]
    assert [row[0] for row in await table(browser)] == ["Crux", "Polaris"]


async def test_without_figures_the_answer_itself_is_drawn(
    browser: Browser, drawing: Assistant, local: LocalFacility
) -> None:
    await a_busy_day(local)
    result = await wire(drawing, "get_resource", POLARIS)
    del result["_meta"]
    await draw(browser, drawing, "get_resource", POLARIS, result=result)
    assert len(await table(browser)) == 5
    assert "reservation 'gb_workshop' (64 nodes) from" in await told(browser)
    result = await wire(drawing, "list_resources", {})
    del result["_meta"]
    await draw(browser, drawing, "list_resources", {}, result=result)
    rows = {row[0]: row[1:] for row in await table(browser)}
    assert "nodes in use, 7 free, 9 down" in rows["Polaris"][1]
    assert await browser.noted() == {"requests": [], "errors": []}


async def test_why_it_is_down_and_until_when(
    browser: Browser, drawing: Assistant, local: LocalFacility
) -> None:
    now = time.time()
    cut = await local.condition.add_incident("Power cut", ["Polaris"], start=now - 60, end=now + 6 * HOUR)
    await local.condition.set_status("Polaris", "down", incident_id=cut)
    await draw(browser, drawing, "get_resource", POLARIS)
    assert [name for name, _ in browser.calls] == ["list_jobs", "list_incidents"]
    wrong = await browser.read("document.querySelector('.notice.bad').innerText")
    assert wrong.startswith("Polaris is down since")
    assert "expected to end" in wrong
    assert "Maintenance" in await ahead(browser)
    await look_through(browser, "machine-down", "light", 720)


@pytest.mark.parametrize(
    "feed",
    [
        {"maint": True},
        {"maint": True, "start": 1, "end": 0},
        {"running": [], "queued": []},
        {
            "running": [],
            "queued": [],
            "reservation": [{"name": "x", "start": 5}],
            "updated": int(time.time()),
        },
        "error code: 1010",
    ],
    ids=["maintenance", "wrong times", "no nodes", "no end", "unreadable"],
)
async def test_a_feed_that_tells_little_is_drawn_all_the_same(
    browser: Browser, drawing: Assistant, local: LocalFacility, feed: Any
) -> None:
    replace_feed(local, {"updated": int(time.time())} | feed if isinstance(feed, dict) else feed)
    await draw(browser, drawing, "get_resource", POLARIS)
    text = await told(browser)
    assert "Polaris" in text
    wrong = ("undefined", "NaN", "null", "Infinity", "Invalid")
    assert [word for word in wrong if word in text] == [], text
    await draw(browser, drawing, "list_resources", {})
    assert len(await table(browser)) == 5
    assert await browser.noted() == {"requests": [], "errors": []}


async def test_a_filesystem_has_its_status(browser: Browser, drawing: Assistant) -> None:
    await draw(browser, drawing, "get_resource", {"resource": "eagle"}, theme="dark", width=320)
    assert "it does not mean down" in await told(browser)
    assert browser.calls == []
    await look_through(browser, "machine-storage", "dark", 320)


async def test_where_jobs_cannot_be_listed_the_rest_is_shown(
    browser: Browser, drawing: Assistant, local: LocalFacility
) -> None:
    local.faults.add(Fault(path="/compute/status", status=403, body='{"detail": "no"}', times=None))
    await draw(browser, drawing, "get_resource", POLARIS)
    assert "Your jobs: " in await told(browser)


async def test_what_others_chose_is_text_and_nothing_else(
    browser: Browser, drawing: Assistant, local: LocalFacility
) -> None:
    await own_jobs(drawing)
    await a_busy_day(local)
    for tool, arguments in (("get_resource", POLARIS), ("list_resources", {})):
        result = hostile(await wire(drawing, tool, arguments))
        await draw(browser, drawing, tool, arguments, result=result, width=320)
        await look_through(browser, "machine-hostile", "light", 320)
        assert await browser.read("document.querySelectorAll('img, body script:not([id])').length") == 1
        assert HOSTILE in await browser.read("document.querySelector('#view').textContent")


def hostile(result: dict[str, Any]) -> dict[str, Any]:
    """The same answer, with texts that somebody chose to do harm."""
    changed = copy.deepcopy(result)
    facts = changed["structuredContent"]
    facts |= {"summary": HOSTILE, "note": HOSTILE}
    for one in facts.get("resources", [facts]):
        one |= {"name": HOSTILE, "description": HOSTILE, "status": HOSTILE, "activity": HOSTILE}
    if "now" in facts:
        facts["now"] |= {"notices": [HOSTILE], "maintenance": HOSTILE, "reservations": [HOSTILE]}
        for queue in facts["now"]["queues"]:
            queue["queue"] = HOSTILE
        drawn = changed["_meta"]["alcf-mcp/drawn"]["machine"]
        drawn |= {"nodes": {HOSTILE: 3}, "queues": {HOSTILE: {"via": HOSTILE}}}
        drawn["reservations"] = [one | {"name": HOSTILE} for one in drawn["reservations"]]
    return changed


async def test_an_error_is_told(browser: Browser, drawing: Assistant) -> None:
    await draw(browser, drawing, "get_resource", {"resource": "nowhere"})
    assert "nowhere" in await browser.read("document.querySelector('.notice.bad').innerText")
    await draw(browser, drawing, "list_resources", {"name": "nowhere"})
    assert "0 resources match" in await told(browser)
    await look_through(browser, "machine-none", "light", 720)


async def test_after_its_end_a_page_does_nothing(browser: Browser, drawing: Assistant) -> None:
    await draw(browser, drawing, "list_resources", {})
    await does_nothing_after_its_end(browser, "Refresh")


async def test_where_the_client_calls_no_tools_there_are_no_buttons_for_it(
    browser: Browser, drawing: Assistant
) -> None:
    buttons = "[...document.querySelectorAll('button:not(.sort)')].filter((one) => !one.hidden).length"
    for tool, arguments in (("get_resource", POLARIS), ("list_resources", {})):
        await draw(browser, drawing, tool, arguments, capabilities={})
        assert await browser.read(buttons) == 0
        assert browser.calls == []


async def test_a_page_with_its_machine_needs_no_client(
    browser: Browser, drawing: Assistant, local: LocalFacility
) -> None:
    await a_busy_day(local)
    view = view_of("get_resource")
    assert view
    html = page(view, (), embedded=Embedded("get_resource", await wire(drawing, "get_resource", POLARIS)))
    await browser.open(html, width=720)
    await settled(browser)
    assert len(await table(browser)) == 5
    assert await browser.noted() == {"requests": [], "errors": []}
    assert await browser.audit() == []
