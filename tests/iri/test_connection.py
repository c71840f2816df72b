"""The pooled connection: who waits for it, and how long."""

from collections.abc import AsyncIterator

import anyio
import anyio.lowlevel
import httpx
import pytest

from alcf_mcp.iri import connection, errors, retrying
from alcf_mcp.iri.wait import Wait
from tests.iri.support import client

TASK = httpx.Response(200, json={"id": "t"})


async def test_who_comes_first_is_served_first() -> None:
    served: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        await anyio.sleep(0.001)
        served.append(request.url.path.rpartition("/")[2])
        return TASK

    async with client(answer, max_requests=2) as iri, anyio.create_task_group() as group:  # type: ignore[arg-type]
        for number in range(20):
            group.start_soon(iri.get_task, str(number))
            await anyio.lowlevel.checkpoint()
    assert served == [str(number) for number in range(20)]


async def test_who_stands_in_line_hears_of_it_and_gives_up_in_time() -> None:
    heard: list[str] = []

    async def listen(_: float, message: str) -> None:
        heard.append(message)

    async def hang(_: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    async with client(hang, max_requests=1) as iri, anyio.create_task_group() as group:  # type: ignore[arg-type]
        group.start_soon(iri.get_task, "first")
        await anyio.sleep(0.01)
        with pytest.raises(errors.Crowded, match="waited in line"):
            await iri.within(Wait(0.1, listen)).get_task("second")
        group.cancel_scope.cancel()
    assert heard == ["waiting in line for the facility, behind 0 other requests"]


async def test_an_answer_that_trickles_for_ever_is_given_up() -> None:
    """A byte now and then keeps every read from timing out; the call's time limit ends it all the same."""

    async def trickle(_: httpx.Request) -> httpx.Response:
        async def drops() -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await anyio.sleep(0.01)

        return httpx.Response(200, content=drops())

    async with client(trickle) as iri:  # type: ignore[arg-type]
        with pytest.raises(errors.ConnectionLost, match="did not answer in time"):
            await iri.without_retries().within(Wait(0.1)).get_task("t")


@pytest.mark.parametrize("fault", [httpx.ReadTimeout("slow"), None], ids=["no byte", "the call's time is up"])
async def test_a_time_out_names_the_time_since_the_first_attempt(
    fault: httpx.TimeoutException | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only the time that the last attempt had."""
    monkeypatch.setattr(connection, "LAST_LOOK", 0.05)
    monkeypatch.setattr(retrying, "_growing", lambda _: 0.0)
    asked = 0

    async def answer(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        if asked == 1:
            await anyio.sleep(1.1)
            return httpx.Response(502)
        if fault:
            raise fault
        await anyio.sleep_forever()
        raise AssertionError

    async with client(answer) as iri:  # type: ignore[arg-type]
        with pytest.raises(errors.ConnectionLost, match=r"did not answer in time \([1-9]\d* s\)"):
            await iri.within(Wait(1.2)).get_task("t")
    assert asked >= 2
