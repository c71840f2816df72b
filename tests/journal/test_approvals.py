"""A code or an approval covers one call, the one that it was made for, within ten minutes."""

from time import time

import anyio
import pytest

from alcf_mcp.journal import Journal, approvals
from alcf_mcp.journal.approvals import ApprovalKind

PREVIEW = {"tool": "chmod", "client": "test", "preview": "Change the mode?"}


async def ask(journal: Journal, call: str, kind: ApprovalKind) -> str:
    return await journal.approvals.ask(call, kind, **PREVIEW)


async def test_a_code_is_used_up_by_its_call(journal: Journal) -> None:
    code = await ask(journal, "call", "code")
    assert not await journal.approvals.redeem_code("another", code)
    assert not await journal.approvals.redeem_code("call", "00000000")
    assert await journal.approvals.redeem_code("call", f" {code.upper()} ")
    assert not await journal.approvals.redeem_code("call", code)


async def test_a_code_outlives_the_process_that_made_it(journal: Journal) -> None:
    code = await ask(journal, "call", "code")
    assert await Journal(journal.store).approvals.redeem_code("call", code)


async def test_of_many_that_redeem_a_code_at_once_one_does(journal: Journal) -> None:
    code = await ask(journal, "call", "code")
    won: list[bool] = []

    async def redeem() -> None:
        won.append(await Journal(journal.store).approvals.redeem_code("call", code))

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(redeem)
    assert sum(won) == 1


async def test_both_expire(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    code, terminal = await ask(journal, "a", "code"), await ask(journal, "b", "terminal")
    late = time() + approvals.SECONDS + 1
    monkeypatch.setattr(approvals, "time", lambda: late)
    assert not await journal.approvals.redeem_code("a", code)
    assert not journal.approvals.approve(terminal)
    assert journal.approvals.waiting() == []


async def test_a_code_for_the_terminal_is_no_code_for_a_model(journal: Journal) -> None:
    code = await ask(journal, "call", "terminal")
    assert not await journal.approvals.redeem_code("call", code)
    assert not await journal.approvals.redeem_approval("call")
    assert journal.approvals.approve(code)
    assert not journal.approvals.approve(code)
    assert not await journal.approvals.redeem_code("call", code)
    assert await journal.approvals.redeem_approval("call")
    assert not await journal.approvals.redeem_approval("call")


async def test_a_models_code_is_not_approved_in_a_terminal(journal: Journal) -> None:
    code = await ask(journal, "call", "code")
    assert journal.approvals.waiting() == []
    assert not journal.approvals.approve(code)


async def test_the_same_question_twice_is_one(journal: Journal) -> None:
    assert await ask(journal, "call", "terminal") == await ask(journal, "call", "terminal")
    assert len(journal.approvals.waiting()) == 1
