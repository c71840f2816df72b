"""One running server: what goes on in the background ends with it."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from alcf_mcp.app import App
from alcf_mcp.config import load_settings


async def test_work_that_wakes_while_the_server_ends_still_finds_what_it_needs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app, shared, woken, found = App(load_settings()), object(), anyio.Event(), list[Any]()

    async def work() -> None:
        await woken.wait()
        found.append(app.shared)

    async with app.serving(shared, "somebody"):  # type: ignore[arg-type]
        app.start(work)
        await anyio.wait_all_tasks_blocked()
        woken.set()
    assert found == [shared]
    assert not caplog.records
    with pytest.raises(RuntimeError):
        _ = app.shared
