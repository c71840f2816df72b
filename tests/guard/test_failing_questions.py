"""A client says that it can ask, then fails to: the call is answered, and the user still decides."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.types import ElicitResult, ErrorData

from alcf_mcp.guard import asking
from alcf_mcp.journal import Journal
from alcf_mcp.local import LocalFacility
from tests.conftest import Answered, Connect, Era
from tests.guard.test_matrix import TOOLS, Target, sent, target

__all__ = ["target"]

Reply = Callable[[Any, Any], Awaitable[Any]]
Ask = Callable[..., Any]


def error(code: int) -> Reply:
    async def reply(context: Any, params: Any) -> ErrorData:
        return ErrorData(code=code, message="no", data={"secret": "internals"})

    return reply


async def without_content(context: Any, params: Any) -> ElicitResult:
    return ElicitResult(action="accept", content=None)


async def another_form(context: Any, params: Any) -> ElicitResult:
    return ElicitResult(action="accept", content={"yes": "of course"})


async def never(context: Any, params: Any) -> ElicitResult:
    await anyio.sleep_forever()
    raise AssertionError


ERRORS = [error(code) for code in (-32601, -32603, -32602, -32600, -32000, -1, 1, 404)]
OF_BOTH_ERAS = [without_content, another_form]


@pytest.fixture
def ask(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Connect as a client that answers questions in its own way."""
    monkeypatch.setattr(asking, "ANSWER_SECONDS", 0.3)

    @asynccontextmanager
    async def opened(reply: Reply, era: Era, **settings: Any) -> AsyncIterator[Client]:
        async with connect(callback=reply, era=era, **settings) as assistant:
            yield assistant.client

    return opened


@pytest.mark.parametrize(
    ("reply", "era"),
    [(reply, "legacy") for reply in (*ERRORS, never, *OF_BOTH_ERAS)]
    + [(reply, "auto") for reply in OF_BOTH_ERAS],
)
async def test_a_question_that_fails_is_answered_with_a_way_on(
    ask: Ask, local: LocalFacility, target: Target, reply: Reply, era: Era
) -> None:
    async with ask(reply, era) as client:
        for tool in TOOLS:
            answered = Answered.of(await client.call_tool(tool, target.call(tool)))
            assert answered.facts["outcome"] == "confirmation_required", tool
            assert "Nothing was sent" in answered.text
            assert "internals" not in answered.text
        assert sent(local) == 0
        code = answered.facts["confirmation"]
        await client.call_tool(tool, target.call(tool) | {"confirmation": code})
    assert sent(local) == 1


@pytest.mark.parametrize(
    ("reply", "era"),
    [(ERRORS[0], "legacy"), (never, "legacy"), (without_content, "legacy"), (without_content, "auto")],
)
async def test_where_only_a_person_counts_it_is_approved_in_a_terminal(
    ask: Ask, local: LocalFacility, target: Target, journal: Journal, reply: Reply, era: Era
) -> None:
    async with ask(reply, era, confirm="human") as client:
        answered = Answered.of(await client.call_tool("chmod", target.call("chmod")))
        assert answered.facts["outcome"] == "approval_required"
        assert "alcf-mcp approve" in answered.text
        assert sent(local) == 0
        (question,) = journal.approvals.waiting()
        assert question.code not in answered.text
        assert journal.approvals.approve(question.code)
        await client.call_tool("chmod", target.call("chmod"))
    assert sent(local) == 1
