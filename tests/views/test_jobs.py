"""Jobs on a time axis, drawn in a browser from the server's real answers."""

from typing import Any

import pytest

from alcf_mcp.journal import Journal
from alcf_mcp.views.catalog import VIEWS
from alcf_mcp.views.page import Embedded, page
from tests.conftest import CANCEL, Assistant, Connect, agree
from tests.views.browser import Browser
from tests.views.conftest import DRAWS
from tests.views.drawing import (
    THEMES,
    WIDTHS,
    does_nothing_after_its_end,
    draw,
    look_through,
    press,
    seen,
    settled,
    wire,
)
from tests.views.scenes import DAY, HERE, a_days_work

pytestmark = pytest.mark.slow

ALL = {"include_finished": True}


async def rows(browser: Browser) -> list[dict[str, str]]:
    """The rows as their reader finds them: the name, the state, and what the bars say."""
    return await browser.read(  # type: ignore[no-any-return]
        "[...document.querySelectorAll('.row')].map((row) => ({"
        " name: row.querySelector('.name').textContent,"
        " state: row.querySelector('.state').textContent,"
        " times: row.querySelector('svg').getAttribute('aria-label') }))"
    )


async def test_in_both_themes_and_all_widths(browser: Browser, drawing: Assistant, journal: Journal) -> None:
    await a_days_work(drawing, journal)
    for theme in THEMES:
        for width in WIDTHS:
            await draw(browser, drawing, "list_jobs", ALL, theme=theme, width=width)
            await look_through(browser, "jobs", theme, width)
            await press(browser, "train-7b 1")
            await look_through(browser, "jobs-open", theme, width)


async def test_each_job_has_its_state_and_its_times(
    browser: Browser, drawing: Assistant, journal: Journal
) -> None:
    await a_days_work(drawing, journal)
    await draw(browser, drawing, "list_jobs", ALL)
    told = {row["name"]: (row["state"], row["times"]) for row in await rows(browser)}
    assert told == {
        "md-relax-1": ("completed 31 min", "waited 12 min, ran 31 min"),
        "md-relax-2": ("completed 28 min", "waited 44 min, ran 28 min"),
        "train-7b": ("failed exit code 137", "waited 9 min, ran 22 min"),
        "md-equilibrate": ("completed 47 min", "waited 26 min, ran 47 min"),
        "dock-probe": ("failed exit code 139", "waited 3 min, ran 4 min"),
        "train-7b-small-batch": ("running 39 min", "waited 21 min, running for 39 min"),
        "held-sweep": ("held 26 min", "waiting for 26 min"),
    }
    header = await browser.read("document.querySelector('.head').innerText")
    assert header.split() == ["Jobs", "7", "jobs", "1", "running", "1", "waiting", "3", "done", "2", "failed"]


async def test_a_row_opens_its_job_and_its_output(
    browser: Browser, drawing: Assistant, journal: Journal
) -> None:
    ids = await a_days_work(drawing, journal)
    await draw(browser, drawing, "list_jobs", ALL)
    await press(browser, "train-7b 1")
    job = {"job_id": ids["train-7b"], "resource": "Polaris"}
    assert browser.calls == [("get_job", job), ("get_job_output", job)]
    text = await browser.read("document.querySelector('.more').innerText")
    assert "It was killed, often because memory ran out" in text
    assert "step  980" in text
    await press(browser, "stderr")
    assert "CUDA out of memory" in await browser.read("document.querySelector('.log').textContent")
    await press(browser, "train-7b 1")
    assert not await browser.read("document.querySelector('.more')")


async def test_rows_work_by_keyboard(browser: Browser, drawing: Assistant, journal: Journal) -> None:
    await a_days_work(drawing, journal)
    await draw(browser, drawing, "list_jobs", ALL)
    await browser.run("await view.locator('.row').first().focus(); await page.keyboard.press('Enter')")
    await settled(browser)
    expanded = "document.activeElement.getAttribute('aria-expanded')"
    assert await browser.read(expanded) == "true"
    await browser.run("await page.keyboard.press('Space')")
    assert await browser.read(expanded) == "false"


async def test_jobs_are_chosen_by_what_they_came_to(
    browser: Browser, drawing: Assistant, journal: Journal
) -> None:
    await a_days_work(drawing, journal)
    await draw(browser, drawing, "list_jobs", ALL)
    await press(browser, "2 failed")
    assert {row["name"] for row in await rows(browser)} == {"train-7b", "dock-probe"}
    await press(browser, "1 running")
    assert len(await rows(browser)) == 3
    await press(browser, "1 running")
    await press(browser, "2 failed")
    assert len(await rows(browser)) == len(DAY)


async def test_many_jobs_can_be_searched(browser: Browser, drawing: Assistant, journal: Journal) -> None:
    await a_days_work(drawing, journal)
    result = many(await wire(drawing, "list_jobs", ALL), 200)
    await draw(browser, drawing, "list_jobs", ALL, result=result)
    assert len(await rows(browser)) == 200
    (_, height) = (await seen(browser, "sizes"))[-1]
    assert height < 620
    name = result["structuredContent"]["jobs"][150]["name"]
    await browser.run("await view.getByRole('searchbox').fill(given)", name)
    assert {row["name"] for row in await rows(browser)} == {name}


def many(result: dict[str, Any], number: int) -> dict[str, Any]:
    """A list of that many jobs, made of those that there are."""
    facts, times = result["structuredContent"], result["_meta"]["alcf-mcp/drawn"]["jobs"]
    jobs = facts["jobs"]
    facts["jobs"] = []
    for index in range(number):
        job = dict(jobs[index % len(jobs)])
        id = f"{2000 + index}.polaris-pbs-01.local"
        times[id] = times[job["job_id"]]
        facts["jobs"].append(job | {"job_id": id, "name": f"{job['name']}-{index}"})
    facts["total"] = number
    return result


async def test_what_others_chose_is_text_and_nothing_else(
    browser: Browser, drawing: Assistant, journal: Journal
) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e</script><script>alert(2)</script>"
    await a_days_work(drawing, journal)
    result = await wire(drawing, "list_jobs", ALL)
    for job in result["structuredContent"]["jobs"]:
        job |= {"name": hostile, "status": hostile, "queue": hostile, "starts": hostile, "state": hostile}
    result["structuredContent"] |= {"summary": hostile, "note": hostile, "unanswered": {hostile: hostile}}
    await draw(browser, drawing, "list_jobs", ALL, result=result)
    await browser.run("await view.locator('.row').first().click()")
    await settled(browser)
    assert await browser.noted() == {"requests": [], "errors": []}
    assert await browser.read("document.querySelectorAll('img, body script:not([id])').length") == 1
    assert {row["name"] for row in await rows(browser)} == {hostile}


async def test_a_list_is_looked_at_again_with_those_that_ended(
    browser: Browser, drawing: Assistant, journal: Journal
) -> None:
    await a_days_work(drawing, journal)
    await draw(browser, drawing, "list_jobs", {"name": "train"})
    await press(browser, "Refresh")
    assert browser.calls == [("list_jobs", {"since": "24h", "name": "train", "include_finished": True})]
    assert len(await rows(browser)) == 2


async def test_a_submitted_job_stands_among_the_others(
    browser: Browser, drawing: Assistant, journal: Journal
) -> None:
    await a_days_work(drawing, journal)
    job = {"resource": "polaris", "script": "sleep 60", "name": "next", "directory": HERE, "nodes": 1}
    await draw(browser, drawing, "submit_job", job | {"queue": "debug", "walltime": "10m"})
    assert [name for name, _ in browser.calls] == ["list_jobs"]
    assert len(await rows(browser)) == len(DAY) + 1
    assert await browser.read("document.querySelector('.only .name').textContent") == "next"


async def test_a_dry_run_and_an_error_are_told(browser: Browser, drawing: Assistant, directory: str) -> None:
    job = {"resource": "polaris", "script": "true", "directory": directory, "account": "LocalDemo"}
    job |= {"queue": "debug", "walltime": "10m"}
    await draw(browser, drawing, "submit_job", job | {"dry_run": True})
    assert "Nothing was sent." in await browser.read("document.body.innerText")
    await draw(browser, drawing, "list_jobs", {"resource": "nowhere"})
    assert "nowhere" in await browser.read("document.querySelector('.notice.bad').innerText")


async def test_no_jobs_are_told_too(browser: Browser, drawing: Assistant) -> None:
    await draw(browser, drawing, "list_jobs", {})
    text = await browser.read("document.body.innerText")
    assert "No jobs match." in text
    await look_through(browser, "jobs-none", "light", 720)


async def test_members_of_an_ensemble_are_seen_one_by_one(browser: Browser, drawing: Assistant) -> None:
    rates = "\n".join(f"0.{number}" for number in range(1, 9))
    job = {
        "resource": "polaris",
        "account": "LocalDemo",
        "queue": "debug-scaling",
        "nodes": 4,
        "name": "sweep",
    }
    job |= {"walltime": "5m", "directory": HERE, "script": "[[ $RATE != 0.3 ]]", "ensemble": f"RATE\n{rates}"}
    job_id = (await drawing.do("submit_job", **job))["job_id"]
    await drawing.do("wait_for_job", job_id=job_id, timeout_seconds=60)
    await draw(browser, drawing, "list_jobs", ALL)
    await press(browser, "sweep")
    members = "[...document.querySelectorAll('.member')].map((one) => one.getAttribute('aria-label'))"
    assert (await browser.read(members))[1:4] == [
        "member 2: done, exit code 0",
        "member 3: failed, exit code 1",
        "member 4: done, exit code 0",
    ]
    await look_through(browser, "jobs-members", "light", 720)


async def test_the_guard_asks_before_a_job_is_canceled(
    browser: Browser, connect: Connect, journal: Journal
) -> None:
    async with connect(extensions=DRAWS, answer=agree) as assistant:
        ids = await a_days_work(assistant, journal)
        await draw(browser, assistant, "list_jobs", ALL)
        await press(browser, "small-batch")
        await press(browser, "Cancel …")
        assert len(assistant.questions) == 1
        assert ids["train-7b-small-batch"] in assistant.questions[0]
        assert "Cancel requested" in await browser.read("document.querySelector('.more').innerText")


async def test_a_dismissed_question_changes_nothing(
    browser: Browser, connect: Connect, journal: Journal
) -> None:
    async with connect(extensions=DRAWS, answer=CANCEL) as assistant:
        await a_days_work(assistant, journal)
        await draw(browser, assistant, "list_jobs", ALL)
        await press(browser, "small-batch")
        await press(browser, "Cancel …")
        assert "Nothing was sent to the facility." in await browser.read(
            "document.querySelector('.more').innerText"
        )


async def test_where_the_client_cannot_ask_the_user_is_asked_in_the_conversation(
    browser: Browser, drawing: Assistant, journal: Journal
) -> None:
    ids = await a_days_work(drawing, journal)
    await draw(browser, drawing, "list_jobs", ALL)
    await press(browser, "small-batch")
    await press(browser, "Cancel …")
    calls = [arguments for name, arguments in browser.calls if name == "cancel_job"]
    job_id = ids["train-7b-small-batch"]
    await press(browser, "Ask in the conversation")
    assert await seen(browser, "said") == [[{"type": "text", "text": f"Cancel job {job_id}."}]]
    # The code of the preview is for the conversation: the view has not used it.
    assert calls == [{"job_id": job_id, "resource": "Polaris"}]
    assert (await drawing.do("get_job", job_id=job_id))["state"] == "active"


async def test_after_its_end_a_page_does_nothing(
    browser: Browser, drawing: Assistant, journal: Journal
) -> None:
    await a_days_work(drawing, journal)
    await draw(browser, drawing, "list_jobs", ALL)
    await does_nothing_after_its_end(browser, "Refresh")


async def test_where_the_client_calls_no_tools_there_are_no_buttons_for_it(
    browser: Browser, drawing: Assistant, journal: Journal
) -> None:
    await a_days_work(drawing, journal)
    await draw(browser, drawing, "list_jobs", ALL, capabilities={})
    await press(browser, "small-batch")
    buttons = "[...document.querySelectorAll('button:not(.row, .chip)')].filter((one) => !one.hidden).length"
    assert await browser.read(buttons) == 0
    assert browser.calls == []


async def test_the_looks_of_the_client_are_taken(
    browser: Browser, drawing: Assistant, journal: Journal
) -> None:
    await a_days_work(drawing, journal)
    variables = {"--color-text-primary": "rgb(1, 2, 3)", "--font-sans": "url(https://elsewhere.test/a)"}
    looks = {"styles": {"variables": variables}, "timeZone": "Asia/Kolkata"}
    await draw(browser, drawing, "list_jobs", ALL, context=looks)
    assert await browser.read("getComputedStyle(document.body).color") == "rgb(1, 2, 3)"
    scheme = "getComputedStyle(document.documentElement).colorScheme"
    assert await browser.read(scheme) == "light"
    await browser.run("await page.evaluate(() => window.bridge.sendHostContextChange({ theme: 'dark' }))")
    await browser.run("await page.waitForTimeout(100)")
    assert await browser.read(scheme) == "dark"
    assert await browser.noted() == {"requests": [], "errors": []}


async def test_a_page_with_its_jobs_needs_no_client(
    browser: Browser, drawing: Assistant, journal: Journal
) -> None:
    await a_days_work(drawing, journal)
    (jobs, *_) = VIEWS
    html = page(jobs, (), embedded=Embedded("list_jobs", await wire(drawing, "list_jobs", ALL), ALL))
    for theme in THEMES:
        await browser.open(html, width=720, scheme=theme)
        await settled(browser)
        assert len(await rows(browser)) == len(DAY)
        await press(browser, "train-7b 1")
        assert "exit code 137" in await browser.read("document.querySelector('.more').innerText")
        assert await browser.audit() == []
        assert await browser.noted() == {"requests": [], "errors": []}
        assert await browser.read("getComputedStyle(document.documentElement).colorScheme") == "light dark"
    assert browser.calls == []
