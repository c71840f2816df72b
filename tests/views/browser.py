"""A browser that draws views as a host does: Chromium, with the official bridge between host and view.

``make views`` installs what it needs. It is driven by ``js/driver.mjs``; what a view calls is answered by the
tests, from a real server.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

JS = Path(__file__).parent / "js"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")

Answer = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Answers a call of a tool that a view makes."""


def found_browser() -> str | None:
    """The browser on this machine."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)


def what_is_missing() -> str | None:
    """Why nothing can be drawn on this machine."""
    if found_browser() is None:
        return "Chromium is not installed: run `make views`, or name it in CHROMIUM"
    if not shutil.which("node"):
        return "Node.js is not installed: it drives the browser"
    if not (JS / "node_modules" / "playwright-core").is_dir():
        return f"nothing is installed in {JS}: run `make views`"
    return None


class Browser:
    """A running browser with one page.

    Args:
        program: what drives it.
    """

    def __init__(self, program: asyncio.subprocess.Process) -> None:
        self._program = program
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._answer: Answer | None = None
        self._answering: set[asyncio.Task[None]] = set()
        self.calls: list[tuple[str, dict[str, Any]]] = []

    @property
    def is_answering(self) -> bool:
        """Whether a call of the view has not been answered yet."""
        return bool(self._answering)

    async def open(self, html: str, *, answer: Answer | None = None, **given: Any) -> None:
        """Open a view; ``answer`` answers the calls that it makes."""
        self._answer, self.calls = answer, []
        await self._do("open", html=html, **given)

    async def visit(self, url: str, **how: Any) -> None:
        """Visit a page of a server.

        Args:
            url: its address.
            how: whether ``scripts`` run, which ``hosts`` alone are reached, ``cookies``, and looks.
        """
        await self._do("visit", url=url, **how)

    async def run(self, body: str, given: Any = None) -> Any:
        """Run the body of a function with ``page``, ``view`` (its frame) and ``given``."""
        return await self._do("run", body=body, given=given)

    async def read(self, expression: str) -> Any:
        """The value of an expression in the view."""
        return await self.run("return view.evaluate(given)", expression)

    async def audit(self) -> list[dict[str, Any]]:
        """What axe finds wrong with the view."""
        return await self._do("audit")  # type: ignore[no-any-return]

    async def noted(self) -> dict[str, list[str]]:
        """What the page asked for elsewhere, and its errors."""
        return await self._do("noted")  # type: ignore[no-any-return]

    async def shot(self, path: Path) -> None:
        """Take a picture of the page."""
        path.parent.mkdir(parents=True, exist_ok=True)
        await self._do("shot", path=str(path))

    async def _do(self, what: str, **given: Any) -> Any:
        id = next(self._ids)
        self._waiting[id] = asyncio.get_running_loop().create_future()
        await self._write({"id": id, "what": what, **given})
        return await asyncio.wait_for(self._waiting[id], 30)

    async def _write(self, message: dict[str, Any]) -> None:
        assert self._program.stdin
        self._program.stdin.write(json.dumps(message).encode() + b"\n")
        await self._program.stdin.drain()

    async def answered(self) -> None:
        """Wait until every call of the view has been answered."""
        await asyncio.gather(*self._answering)

    async def listen(self) -> None:
        """Hear what the browser tells, until it ends."""
        assert self._program.stdout
        async for line in self._program.stdout:
            message = json.loads(line)
            if "call" in message:
                task = asyncio.create_task(self._called(message["call"], message["params"]))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
            elif "error" in message:
                self._answered(message["id"]).set_exception(AssertionError(message["error"]))
            elif "id" in message:
                self._answered(message["id"]).set_result(message["done"])

    def _answered(self, id: int) -> asyncio.Future[Any]:
        """What waits for an answer; one that comes too late concerns nobody."""
        waiting = self._waiting.pop(id)
        return asyncio.get_running_loop().create_future() if waiting.done() else waiting

    async def _called(self, call: int, params: dict[str, Any]) -> None:
        name, arguments = params["name"], params.get("arguments") or {}
        self.calls.append((name, arguments))
        assert self._answer, f"the view called {name}"
        await self._write({"answer": call, "result": await self._answer(name, arguments)})


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """Run a browser."""
    program = await asyncio.create_subprocess_exec(
        "node",
        str(JS / "driver.mjs"),
        found_browser() or "",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=64 << 20,
    )
    browser = Browser(program)
    listening = asyncio.create_task(browser.listen())
    try:
        yield browser
    finally:
        await browser.answered()
        assert program.stdin
        program.stdin.close()
        await program.wait()
        await listening
