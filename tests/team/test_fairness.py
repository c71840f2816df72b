"""Places for requests to the facility are given out in turn, whoever asks for how many."""

from __future__ import annotations

from collections import Counter
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alcf_mcp.team.fairness import FairLine
from alcf_mcp.team.person import Person

ADA, BOB, EVE = (Person("https://globus", name) for name in ("ada", "bob", "eve"))


async def test_a_flood_of_one_delays_the_others_by_one_request_at_most() -> None:
    line = FairLine(total=1, each=1)
    line.take(ADA)
    order = list[Person]()

    async def request(person: Person) -> None:
        await line.wait(person)
        order.append(person)

    async with anyio.create_task_group() as group:
        for person in (*[ADA] * 20, BOB, EVE):
            group.start_soon(request, person)
            await anyio.wait_all_tasks_blocked()
        for served in range(22):
            line.give_back(ADA if not served else order[-1])
            await anyio.wait_all_tasks_blocked()
    assert order[:4] == [ADA, BOB, EVE, ADA]
    assert Counter(order) == {ADA: 20, BOB: 1, EVE: 1}


async def test_nobody_has_more_than_their_share_even_if_places_are_free() -> None:
    line = FairLine(total=8, each=2)
    mine = line.of(ADA)
    mine.acquire_nowait()
    mine.acquire_nowait()
    with pytest.raises(anyio.WouldBlock):
        mine.acquire_nowait()
    line.of(BOB).acquire_nowait()
    assert mine.total_tokens == 2


async def test_who_gives_up_waiting_takes_no_place() -> None:
    line = FairLine(total=1, each=1)
    line.take(ADA)
    with anyio.move_on_after(0.01):
        await line.wait(BOB)
    assert line.waiting(BOB) == 0
    line.give_back(ADA)
    line.take(EVE)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_order_of_calls_keeps_the_bounds_and_loses_no_place(data: Any) -> None:
    total, each = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))

    async def play() -> None:
        line, held = FairLine(total, each), Counter[Person]()
        scopes = list[anyio.CancelScope]()

        async def request(person: Person) -> None:
            with anyio.CancelScope() as scope:
                scopes.append(scope)
                await line.wait(person)
                held[person] += 1

        async with anyio.create_task_group() as group:
            for _ in range(data.draw(st.integers(1, 25))):
                person = data.draw(st.sampled_from((ADA, BOB, EVE)))
                match data.draw(st.sampled_from(("ask", "give back", "give up"))):
                    case "ask":
                        group.start_soon(request, person)
                    case "give back" if held[person]:
                        held[person] -= 1
                        line.give_back(person)
                    case "give up" if scopes:
                        data.draw(st.sampled_from(scopes)).cancel()
                await anyio.wait_all_tasks_blocked()
                assert held.total() <= total
                assert all(taken <= min(each, total) for taken in held.values())
                waits = any(line.waiting(one) and held[one] < line.each for one in (ADA, BOB, EVE))
                assert not waits or held.total() == total, "a free place, and somebody who waits"
            group.cancel_scope.cancel()

    anyio.run(play)
