"""What guarded calls would change, drawn in a browser from the server's real answers."""

from __future__ import annotations

from typing import Any

import pytest
from mcp.types import ElicitResult

from alcf_mcp.local import LocalFacility
from tests.conftest import CANCEL, DECLINE, YES, Assistant, Connect, agree
from tests.views.browser import Browser
from tests.views.conftest import DRAWS
from tests.views.drawing import THEMES, WIDTHS, does_nothing_after_its_end, draw, look_through, press
from tests.views.scenes import HERE
from tests.views.trees import RUN, a_project_directory

pytestmark = pytest.mark.slow

FILE = f"{RUN}/energies.log"
LESS = "\N{MINUS SIGN}"
CHMOD = {"path": FILE, "mode": "664"}
JOB = {"resource": "polaris", "account": "LocalDemo", "queue": "debug", "nodes": 1, "walltime": "30m"}
JOB |= {"directory": HERE, "name": "held-sweep", "script": "true"}

TEXT = "document.body.innerText"
STATE = "document.querySelector('.state').textContent"
CHANGES = (
    "[...document.querySelectorAll('.changes dt')]"
    ".map((term) => [term.textContent, term.nextElementSibling.innerText.replaceAll('\\n', ' ')])"
)


@pytest.fixture(autouse=True)
def project(local: LocalFacility, monkeypatch: pytest.MonkeyPatch) -> None:
    a_project_directory(local, monkeypatch)


async def changes(browser: Browser) -> dict[str, str]:
    return dict(await browser.read(CHANGES))


async def test_in_both_themes_and_all_widths(browser: Browser, drawing: Assistant) -> None:
    job_id = (await drawing.do("submit_job", **JOB))["job_id"]
    scenes: dict[str, tuple[str, dict[str, Any]]] = {
        "chmod": ("chmod", CHMOD),
        "remove": ("remove_path", {"path": RUN}),
        "update": ("update_job", {"job_id": job_id, "walltime": "45m", "nodes": 2}),
    }
    for theme in THEMES:
        for width in WIDTHS:
            for name, (tool, arguments) in scenes.items():
                await draw(browser, drawing, tool, arguments, theme=theme, width=width)
                await look_through(browser, f"question-{name}", theme, width)


async def test_a_change_of_mode_is_told_right_by_right(browser: Browser, drawing: Assistant) -> None:
    await draw(browser, drawing, "chmod", CHMOD)
    assert await browser.read(STATE) == "waiting for your answer"
    assert await changes(browser) == {"mode": "owner read write group read + write others + read"}
    assert await browser.read("document.querySelector('.asks').textContent") == "Change the mode?"
    await draw(browser, drawing, "chmod", {"path": f"{RUN}/submit.sh", "mode": "600"})
    assert await changes(browser) == {
        "mode": f"owner read write {LESS} run group {LESS} read {LESS} run others {LESS} read {LESS} run"
    }


async def test_a_directory_is_not_run(browser: Browser, drawing: Assistant) -> None:
    await draw(browser, drawing, "chmod", {"path": f"{RUN}/inputs", "mode": "770"})
    assert await changes(browser) == {
        "directory mode": f"owner read write group read + write others {LESS} read"
    }


async def test_a_mode_that_is_not_known_is_not_taken_for_the_same(
    browser: Browser, drawing: Assistant
) -> None:
    await draw(browser, drawing, "chmod", {"path": f"{RUN}/missing", "mode": "640"})
    told = (await changes(browser))["mode"]
    assert told == "owner read write group read others nothing What they may do now is not known."


async def test_the_view_does_not_answer(browser: Browser, drawing: Assistant) -> None:
    result = await draw(browser, drawing, "remove_path", {"path": RUN})
    code = result["structuredContent"]["confirmation"]
    assert code not in await browser.read("document.body.textContent")
    assert await browser.read("document.querySelectorAll('button').length") == 0
    text = await browser.read(TEXT)
    assert "11 entries that can be seen, including 3 directories → nothing, for good" in text.replace(
        "\n", " "
    )
    assert "Answer in the conversation" in text
    assert "It can be answered until" in text
    assert browser.calls == []


@pytest.mark.parametrize(("answer", "state"), [(YES, "done"), (DECLINE, "declined"), (CANCEL, "dismissed")])
async def test_what_came_of_the_question(
    browser: Browser, connect: Connect, answer: ElicitResult, state: str
) -> None:
    async with connect(extensions=DRAWS, answer=answer) as assistant:
        await draw(browser, assistant, "chmod", CHMOD)
        assert await browser.read(STATE) == state
        assert "mode" in await changes(browser)
        await look_through(browser, f"question-{state}", "light", 720)


async def test_a_change_can_be_undone_which_asks_too(
    browser: Browser, connect: Connect, local: LocalFacility
) -> None:
    async with connect(extensions=DRAWS, answer=agree) as assistant:
        await draw(browser, assistant, "chmod", CHMOD)
        assert "Confirmed: answered in the client." in await browser.read(TEXT)
        assert local.tree.locate(FILE).stat().st_mode & 0o777 == 0o664
        await press(browser, "Undo …")
        assert len(assistant.questions) == 2
        assert browser.calls == [("chmod", {"path": FILE, "mode": "640"})]
        assert local.tree.locate(FILE).stat().st_mode & 0o777 == 0o640


async def test_a_removal_is_told(browser: Browser, connect: Connect, local: LocalFacility) -> None:
    async with connect(extensions=DRAWS, answer=agree) as assistant:
        await draw(browser, assistant, "remove_path", {"path": FILE})
        assert await browser.read(STATE) == "done"
        assert f"File {FILE} removed." in await browser.read(TEXT)
        assert not local.tree.locate(FILE).exists()


async def test_nothing_to_do(browser: Browser, drawing: Assistant) -> None:
    await draw(browser, drawing, "chmod", {"path": FILE, "mode": "640"})
    assert await browser.read(STATE) == "nothing to do"
    assert "already has the mode" in await browser.read(TEXT)
    assert "answered" not in await browser.read(TEXT)


async def test_an_approval_is_given_elsewhere(browser: Browser, connect: Connect) -> None:
    async with connect(extensions=DRAWS, confirm="human") as assistant:
        await draw(browser, assistant, "chmod", CHMOD)
        assert await browser.read(STATE) == "waiting for your approval"
        assert "by running `alcf-mcp approve` in your own terminal" in await browser.read(TEXT)


async def test_a_question_is_not_open_for_ever(browser: Browser, drawing: Assistant) -> None:
    result = await draw(browser, drawing, "chmod", CHMOD)
    result["_meta"]["alcf-mcp/drawn"]["at"] -= 601
    await draw(browser, drawing, "chmod", CHMOD, result=result)
    assert await browser.read(STATE) == "expired"
    assert "no longer" in await browser.read(TEXT)


async def test_a_failure_is_told(browser: Browser, connect: Connect) -> None:
    async with connect(extensions=DRAWS, answer=agree) as assistant:
        await draw(browser, assistant, "chown", {"path": FILE, "owner": "nobody-here"})
        assert await browser.read(STATE) == "failed"
        assert await browser.read("document.querySelector('.notice.bad').innerText")
        await look_through(browser, "question-failed", "light", 720)


async def test_a_new_owner_is_told_and_what_it_means(browser: Browser, drawing: Assistant) -> None:
    await draw(browser, drawing, "chown", {"path": FILE, "group": "climate"})
    assert await changes(browser) == {"group": "LocalDemo → climate"}
    assert "You may lose access to it" in await browser.read(TEXT)


async def test_a_waiting_job_is_changed_term_by_term(browser: Browser, drawing: Assistant) -> None:
    job_id = (await drawing.do("submit_job", **JOB))["job_id"]
    await draw(browser, drawing, "update_job", {"job_id": job_id, "walltime": "45m", "nodes": 2})
    assert await changes(browser) == {"nodes": "1 → 2", "walltime": "30 min → 45 min"}


async def test_a_canceled_job_is_followed_to_its_end(browser: Browser, connect: Connect) -> None:
    async with connect(extensions=DRAWS, answer=agree) as assistant:
        job_id = (await assistant.do("submit_job", **JOB))["job_id"]
        await draw(browser, assistant, "cancel_job", {"job_id": job_id})
        assert await changes(browser) == {"job": "held → canceled"}
        assert [name for name, _ in browser.calls] == ["get_job"]
        assert "The job is now canceled." in await browser.read(TEXT)
        await look_through(browser, "question-cancel", "light", 720)


@pytest.mark.parametrize("profile", ["full"])
async def test_what_is_overwritten_or_moved_is_told(browser: Browser, connect: Connect) -> None:
    async with connect(extensions=DRAWS, toolsets=("extended",)) as assistant:
        move = {"path": FILE, "target_path": f"{RUN}/README.md"}
        await draw(browser, assistant, "move_path", move, width=320)
        moved = await changes(browser)
        assert moved["path"] == f"{FILE} → {RUN}/README.md"
        assert moved["there now"].endswith("→ replaced")
        await look_through(browser, "question-move", "light", 320)
        await draw(browser, assistant, "upload_file", {"path": FILE, "content": "new\n"})
        assert (await changes(browser))["there now"].endswith("→ 4 B of text")
        await draw(browser, assistant, "upload_file", {"path": f"{RUN}/new", "content": "new\n"})
        assert await browser.read(STATE) == "done"
        assert f"Wrote the file: {RUN}/new" in await browser.read(TEXT)
        assert "Undo …" in await browser.read(TEXT)


async def test_before_its_answer_a_call_says_what_was_asked_for(browser: Browser, drawing: Assistant) -> None:
    await draw(browser, drawing, "chmod", CHMOD)
    await browser.run(
        "await page.evaluate((given) => window.bridge.sendToolInput(given), given)", {"arguments": CHMOD}
    )
    await browser.run("await page.waitForTimeout(100)")
    assert await browser.read(STATE) == "under way"
    text = await browser.read(TEXT)
    assert "mode\n664" in text
    assert "If your client asks you, answer there" in text
    await look_through(browser, "question-under-way", "light", 720)


async def test_what_others_chose_is_text_and_nothing_else(browser: Browser, drawing: Assistant) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e</script><script>alert(2)</script>" * 9
    result = await draw(browser, drawing, "chmod", CHMOD)
    asked: dict[str, Any] = {"question": hostile, "facts": [hostile], "remarks": [hostile]}
    asked |= {"changes": [[hostile, hostile, hostile], ["mode", hostile, "640"], ["mode", "", hostile]]}
    result["_meta"]["alcf-mcp/drawn"]["asked"] |= asked | {"approve": hostile}
    result["structuredContent"] |= {"message": hostile, "preview": hostile}
    for outcome in ("confirmation_required", hostile, "nothing_to_do"):
        result["structuredContent"]["outcome"] = outcome
        for width in WIDTHS:
            given = {"path": hostile, "mode": hostile}
            await draw(browser, drawing, "chmod", given, result=result, width=width)
            await look_through(browser, "question-odd", "light", width)
            assert await browser.read("document.querySelectorAll('img, main script').length") == 0


async def test_without_figures_the_question_is_shown_as_text(browser: Browser, drawing: Assistant) -> None:
    result = await draw(browser, drawing, "chmod", CHMOD)
    del result["_meta"]
    await draw(browser, drawing, "chmod", CHMOD, result=result)
    asked = await browser.read("document.querySelector('blockquote').innerText")
    assert asked.endswith("Change the mode?")
    assert "rw-r----- (640) -> rw-rw-r-- (664)" in asked


async def test_after_its_end_a_page_does_nothing(browser: Browser, connect: Connect) -> None:
    async with connect(extensions=DRAWS, answer=agree) as assistant:
        await draw(browser, assistant, "chmod", CHMOD)
        await does_nothing_after_its_end(browser, "Undo …")


async def test_where_the_client_calls_no_tools_the_way_back_is_text(
    browser: Browser, connect: Connect
) -> None:
    async with connect(extensions=DRAWS, answer=agree) as assistant:
        await draw(browser, assistant, "chmod", CHMOD, capabilities={})
        assert f"To undo: chmod with path='{FILE}' and mode='640'" in await browser.read(TEXT)
