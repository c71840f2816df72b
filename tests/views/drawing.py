"""Draw the answer of a tool, as a client does that draws views."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcp.types import TextResourceContents

from alcf_mcp.views.catalog import view_of
from tests.conftest import Assistant
from tests.views.browser import Browser

PICTURES = Path(__file__).parents[2] / "build" / "views"
WIDTHS = (320, 720, 1200)
THEMES = ("light", "dark")


async def wire(assistant: Assistant, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Call a tool; its result as it is at the wire."""
    result = await assistant.client.call_tool(tool, dict(arguments))
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


async def draw(
    browser: Browser,
    assistant: Assistant,
    tool: str,
    arguments: Mapping[str, Any],
    *,
    result: dict[str, Any] | None = None,
    width: int = 720,
    theme: str = "light",
    context: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Call a tool and draw its answer; returns the answer.

    Args:
        browser: where it is drawn.
        assistant: the client, which also answers what the view calls.
        tool: the tool.
        arguments: its arguments.
        result: an answer to draw instead of the one that the tool gives.
        width: the width of the view.
        theme: the theme of the client.
        context: what else the client says of itself.
        more: options of the host, such as its capabilities.
    """
    view = view_of(tool)
    assert view, tool
    result = await wire(assistant, tool, arguments) if result is None else result
    (page,) = (await assistant.client.read_resource(view.uri)).contents
    assert isinstance(page, TextResourceContents)
    shown = {"theme": theme, "toolInfo": {"tool": {"name": tool, "inputSchema": {"type": "object"}}}}
    options = {"context": shown | dict(context or {}), "input": dict(arguments), "result": result, **more}

    async def answer(name: str, given: dict[str, Any]) -> dict[str, Any]:
        return await wire(assistant, name, given)

    await browser.open(page.text, answer=answer, width=width, scheme=theme, options=options)
    await settled(browser)
    return result


async def settled(browser: Browser) -> None:
    """Wait until the view has drawn what it was given, and what it has called for."""
    await browser.run("await view.locator('#view > header').waitFor()")
    for _ in range(200):
        await browser.run("await page.waitForTimeout(30)")
        if not browser.is_answering and not await browser.read(
            "document.querySelectorAll(':disabled, [aria-busy=true]').length"
        ):
            break
    await browser.run("await page.waitForTimeout(60)")


async def press(browser: Browser, name: str) -> None:
    """Press a button, and wait for what comes of it."""
    await browser.run("await view.getByRole('button', { name: given }).first().click()", name)
    await settled(browser)


async def look_through(browser: Browser, name: str, theme: str, width: int) -> None:
    """Check what holds for every view, and take a picture of it."""
    await browser.shot(PICTURES / f"{name}-{theme}-{width}.png")
    assert await browser.noted() == {"requests": [], "errors": []}
    assert [found for found in await browser.audit() if found["impact"] in ("serious", "critical")] == []
    assert await browser.read("document.documentElement.scrollWidth") <= width
    (*_, last) = await seen(browser, "sizes")
    height = await browser.read("Math.ceil(document.body.getBoundingClientRect().height)")
    assert last == [width, height]


async def does_nothing_after_its_end(browser: Browser, button: str) -> None:
    """Let the client end the page: then it calls no tool, whatever is pressed, and tells no size."""
    await browser.run("await page.evaluate(() => window.bridge.teardownResource({}))")
    sizes = await seen(browser, "sizes")
    await browser.run("await view.getByRole('button', { name: given }).click()", button)
    await browser.run("await view.evaluate(() => (document.body.style.height = '50px'))")
    await browser.run("await page.waitForTimeout(200)")
    assert browser.calls == []
    assert await seen(browser, "sizes") == sizes


async def seen(browser: Browser, what: str) -> Any:
    """What the client has seen of the view: ``sizes``, ``said``, ``opened``."""
    return (await browser.run("return page.evaluate(() => window.seen)"))[what]
