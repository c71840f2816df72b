"""Directories and files, drawn in a browser from the server's real answers."""

import pytest

from alcf_mcp.local import LocalFacility
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
from tests.views.scenes import HERE
from tests.views.trees import LOG, NOTES, RUN, a_project_directory

pytestmark = pytest.mark.slow

TEXT = "document.querySelector('.log').textContent"


async def test_in_both_themes_and_all_widths(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    for theme in THEMES:
        for width in WIDTHS:
            seen = {"path": RUN, "show_hidden": True}
            await draw(browser, drawing, "list_directory", seen, theme=theme, width=width)
            await look_through(browser, "files", theme, width)
            await press(browser, "energies.log")
            await look_through(browser, "files-text", theme, width)


async def names(browser: Browser) -> list[str]:
    return await browser.read(  # type: ignore[no-any-return]
        "[...document.querySelectorAll('.entry')].map((entry) => entry.textContent)"
    )


async def rows(browser: Browser) -> dict[str, list[str]]:
    """The rows as their reader finds them: the size, the time and who may, by the name."""
    told = await browser.read(
        "[...document.querySelectorAll('tbody tr')]"
        ".map((row) => [...row.children].map((cell) => cell.textContent))"
    )
    return {name: cells for name, *cells in told}


async def heading(browser: Browser) -> str:
    return await browser.read("document.querySelector('.head').innerText")  # type: ignore[no-any-return]


async def test_each_entry_has_its_size_its_time_and_who_may(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, "list_directory", {"path": RUN, "show_hidden": True})
    told = {name: (size, who) for name, (size, _, who) in (await rows(browser)).items()}
    both, rest = "ada and group LocalDemo can", "ada can read and write; all others can read"
    programs = "ada can read, write and run; all others can read and run"
    assert told == {
        "checkpoints/": ("–", f"{both} read and write; others nothing; what is made here gets its group"),
        "inputs/": ("–", rest),
        "scratch/": ("–", "everyone can read and write; only owners may remove what is theirs"),
        ".condarc": ("24 B", rest),
        "energies.log": ("216 kB", "ada can read and write; group LocalDemo can read; others nothing"),
        "fold": ("48 MB", programs),
        "key.pem": ("1.7 kB", "only ada can read and write"),
        "README.md": ("65 B", rest),
        "submit.sh": ("52 B", programs),
        "topology.pdb": ("512 kB", f"{both} read and write; others can read"),
        "trajectory.h5": ("2.6 GB", f"{both} read; others nothing"),
    }
    assert "3 directories, 8 files · 2.7 GB · owned by ada:LocalDemo" in await heading(browser)


async def test_entries_are_sorted_by_name_size_and_time(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, "list_directory", {"path": RUN})
    assert (await names(browser))[:4] == ["checkpoints/", "inputs/", "scratch/", "energies.log"]
    await press(browser, "Size")
    assert (await names(browser))[:3] == ["trajectory.h5", "fold", "topology.pdb"]
    await press(browser, "Size")
    assert (await names(browser))[0] == "submit.sh"
    await browser.run(
        "await view.getByRole('button', { name: 'Changed' }).focus(); await page.keyboard.press('Enter')"
    )
    assert (await names(browser))[:2] == ["inputs/", "energies.log"]
    assert await browser.read("document.activeElement.textContent") == "Changed"
    assert await browser.read("document.querySelector('[aria-sort]').ariaSort") == "descending"
    assert browser.calls == []


async def test_a_listing_keeps_the_order_that_was_asked_for(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, "list_directory", {"path": RUN, "sort": "size"})
    assert (await names(browser))[:2] == ["trajectory.h5", "fold"]


async def test_directories_are_walked_through(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, "list_directory", {"path": RUN})
    await press(browser, "inputs/")
    assert await names(browser) == ["seed-1.yaml"]
    assert await browser.read("document.activeElement.tagName") == "H1"
    await press(browser, "folding-run")
    await press(browser, "scratch/")
    assert "looks empty" in await browser.read("document.body.innerText")
    await press(browser, "LocalDemo")
    assert "folding-run/" in await names(browser)
    paths = [arguments["path"] for _, arguments in browser.calls]
    assert paths == [f"{RUN}/inputs", RUN, f"{RUN}/scratch", HERE]


async def test_hidden_files_are_shown_on_request(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, "list_directory", {"path": RUN})
    assert ".condarc" not in await names(browser)
    await press(browser, "Hidden files")
    assert ".condarc" in await names(browser)
    pressed = "document.querySelector('.tools [aria-pressed]').ariaPressed"
    assert await browser.read(pressed) == "true"
    await press(browser, "Hidden files")
    assert ".condarc" not in await names(browser)


async def test_names_are_found(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, "list_directory", {"path": RUN})
    await browser.run("await view.getByRole('searchbox').fill('TOPO')")
    assert await names(browser) == ["topology.pdb"]
    await browser.run("await view.getByRole('searchbox').fill('none')")
    assert "No name matches." in await browser.read("document.body.innerText")


async def test_a_file_is_read_on_to_its_end(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, "list_directory", {"path": RUN})
    await press(browser, "energies.log")
    assert "energies.log" in await heading(browser)
    assert (await browser.read(TEXT)).startswith("step     0  energy -4000.000 kJ/mol\n")
    assert await browser.read("document.querySelector('.log').scrollTop") == 0
    for _ in range(3):
        await press(browser, "Read on")
    assert await browser.read(TEXT) == LOG
    assert "all of it, 216 kB" in await browser.read("document.body.innerText")
    buttons = "[...document.querySelectorAll('.logbar button')].map((one) => one.textContent)"
    assert await browser.read(buttons) == []


async def test_a_files_end_and_its_beginning(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, "tail_file", {"path": f"{RUN}/energies.log"})
    assert await browser.read(TEXT) == "".join(LOG.splitlines(keepends=True)[-20:])
    await press(browser, "Beginning")
    assert (await browser.read(TEXT)).startswith("step     0")
    await press(browser, "End")
    assert (await browser.read(TEXT)).endswith(LOG[-200:])
    await press(browser, "folding-run")
    assert "energies.log" in await names(browser)


@pytest.mark.parametrize(
    ("tool", "more"), [("view_file", {"size": 500}), ("head_file", {}), ("head_file", {"bytes": 500})]
)
async def test_what_the_assistant_read_is_shown(
    browser: Browser,
    drawing: Assistant,
    local: LocalFacility,
    monkeypatch: pytest.MonkeyPatch,
    tool: str,
    more: dict[str, int],
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, tool, {"path": f"{RUN}/energies.log", **more})
    assert LOG.startswith(await browser.read(TEXT))
    await press(browser, "Read on")
    assert (await browser.read(TEXT))[:30_000] == LOG[:30_000]
    assert browser.calls[0][1]["offset"] < 1000


async def test_a_listing_of_one_file_shows_its_text(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, "list_directory", {"path": f"{RUN}/README.md"})
    assert await browser.read(TEXT) == NOTES
    assert browser.calls[0][1]["path"] == f"{RUN}/README.md"


async def test_a_directory_that_holds_its_own_name_is_not_taken_for_a_file(
    browser: Browser, drawing: Assistant, local: LocalFacility
) -> None:
    place = local.tree.locate(HERE) / "run"
    place.mkdir()
    (place / "run").write_text("inside\n")
    await draw(browser, drawing, "list_directory", {"path": f"{HERE}/run"})
    assert await names(browser) == ["run"]
    await press(browser, "run")
    assert await browser.read(TEXT) == "inside\n"


async def test_a_long_listing_is_shown_in_parts(
    browser: Browser, drawing: Assistant, local: LocalFacility
) -> None:
    place = local.tree.locate(HERE) / "many"
    place.mkdir()
    for number in range(1, 1301):
        (place / f"part-{number:04}.dat").write_bytes(b"x" * number)
    await draw(browser, drawing, "list_directory", {"path": f"{HERE}/many"})
    rest = "document.querySelector('.rest').textContent"
    assert await browser.read(rest) == "The 200 first by name of 1,300Show 1,000 more"
    await look_through(browser, "files-many", "light", 720)
    await press(browser, "Size")
    assert (await names(browser))[0] == "part-1300.dat"
    assert browser.calls[-1][1] == {
        "path": f"{HERE}/many",
        "offset": 0,
        "limit": 200,
        "sort": "size",
    }
    assert await browser.read(rest) == "The 200 largest of 1,300Show 1,000 more"
    await press(browser, "Show 1,000 more")
    assert len(await names(browser)) == 1200
    assert await browser.read(rest) == "The 1,200 largest of 1,300Show 100 more"
    await press(browser, "Show 100 more")
    assert len(set(await names(browser))) == 1300
    assert await browser.read(rest) == ""


async def test_a_page_of_a_listing_says_which(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, "list_directory", {"path": RUN, "limit": 3, "offset": 4})
    assert await browser.read("document.querySelector('.rest').textContent") == (
        "Entries 5 – 7 of 10Show 3 more"
    )


@pytest.mark.parametrize("profile", ["full"])
async def test_links_are_shown_and_followed(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = a_project_directory(local, monkeypatch)
    (place / "latest").symlink_to(f"{RUN}/inputs")
    (place / "notes").symlink_to(f"{RUN}/README.md")
    await draw(browser, drawing, "list_directory", {"path": RUN})
    assert f"latest→ {RUN}/inputs" in await names(browser)
    await press(browser, "latest")
    assert await names(browser) == ["seed-1.yaml"]
    await press(browser, "folding-run")
    await press(browser, "notes")
    assert await browser.noted() == {"requests": [], "errors": []}
    assert await browser.read(TEXT) == NOTES


HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)<",
    "gpj.\u202eexe",
    "ملف النتائج.txt",
    "red\x1b[31m\rname",
    "with a space",
    "l" * 250,
)


async def test_names_that_others_chose_are_text_and_nothing_else(
    browser: Browser, drawing: Assistant, local: LocalFacility
) -> None:
    place = local.tree.locate(HERE) / "odd"
    place.mkdir()
    for name in HOSTILE:
        (place / name.replace("/", "\u2215")).touch()
    for width in WIDTHS:
        await draw(browser, drawing, "list_directory", {"path": f"{HERE}/odd"}, width=width)
        await look_through(browser, "files-odd", "light", width)
    assert len(await names(browser)) == len(HOSTILE)
    assert await browser.read("document.querySelectorAll('img, main script').length") == 0
    # The facility takes no such path, so nothing offers to open it.
    opened = "[...document.querySelectorAll('.entry button')].map((one) => one.textContent)"
    assert await browser.read(opened) == ["l" * 250]


async def test_an_answer_of_odd_facts_is_readable(browser: Browser, drawing: Assistant) -> None:
    odd = "<b>\u202e"
    entries = [
        {"name": "x", "type": "unknown", "permissions": ""},
        {"name": "y", "type": odd, "permissions": odd, "owner": odd, "group": odd, "modified": odd},
        {"name": "", "size": 5},
        {"name": "z", "type": "file", "mode": "640", "link_target": odd},
    ]
    facts = {"path": odd, "total": 4, "total_bytes": 5, "entries": entries, "remarks": [odd]}
    result = {"content": [{"type": "text", "text": odd}], "structuredContent": facts}
    await draw(browser, drawing, "list_directory", {"path": "/eagle/x"}, result=result)
    told = await rows(browser)
    assert told["xunknown"] == ["–", "–", "permissions not known"]
    assert told[f"z→ {odd}"][2] == "its owner can read and write; its group can read; others nothing"
    await look_through(browser, "files-unknown", "light", 720)


async def test_errors_are_told_and_lead_elsewhere(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, "list_directory", {"path": f"{RUN}/missing"})
    assert "missing" in await browser.read("document.querySelector('.notice.bad').innerText")
    await look_through(browser, "files-error", "light", 720)
    await press(browser, "folding-run")
    assert "README.md" in await names(browser)
    assert not await browser.read("document.querySelector('.notice')")
    (local.tree.locate(RUN) / "README.md").unlink()
    await press(browser, "README.md")
    assert "README.md" in await browser.read("document.querySelector('.notice.bad').innerText")
    assert "key.pem" in await names(browser)


async def test_files_without_text_are_told(
    browser: Browser, drawing: Assistant, local: LocalFacility
) -> None:
    place = local.tree.locate(HERE)
    (place / "empty").touch()
    (place / "picture").write_bytes(bytes(range(128, 256)) * 20)
    await draw(browser, drawing, "view_file", {"path": f"{HERE}/empty"})
    assert "The file is empty" in await browser.read("document.querySelector('.notice').innerText")
    await draw(browser, drawing, "view_file", {"path": f"{HERE}/picture"})
    assert "does not look like text" in await browser.read("document.body.innerText")
    await draw(browser, drawing, "view_file", {"path": HERE})
    assert await browser.read("document.querySelector('.notice.bad').innerText")


async def test_where_the_client_calls_no_tools_nothing_can_be_opened(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, "list_directory", {"path": RUN}, capabilities={})
    buttons = "[...document.querySelectorAll('button')].filter((one) => !one.hidden)"
    assert await browser.read(f"{buttons}.map((one) => one.textContent)") == ["Name", "Size", "Changed"]
    await press(browser, "Size")
    assert (await names(browser))[0] == "trajectory.h5"


async def test_after_its_end_a_page_does_nothing(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    await draw(browser, drawing, "list_directory", {"path": RUN})
    await does_nothing_after_its_end(browser, "inputs/")


async def test_a_page_with_its_entries_needs_no_client(
    browser: Browser, drawing: Assistant, local: LocalFacility, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project_directory(local, monkeypatch)
    given = {"path": RUN, "sort": "modified"}
    view = view_of("list_directory")
    assert view
    result = await wire(drawing, "list_directory", given)
    html = page(view, (), embedded=Embedded("list_directory", result, given))
    for theme in THEMES:
        await browser.open(html, width=720, scheme=theme)
        await settled(browser)
        assert (await names(browser))[:2] == ["inputs/", "energies.log"]
        assert await browser.audit() == []
        assert await browser.noted() == {"requests": [], "errors": []}
    assert browser.calls == []
