"""What can't be undone is done once where a person agreed, and never elsewhere."""

from typing import Any

import pytest
from mcp.types import ElicitResult

from alcf_mcp.guard import CODE_SECONDS, Codes
from alcf_mcp.local import LocalFacility
from tests.conftest import CANCEL, DECLINE, NO, YES, Connect, Era

PATH = "/eagle/LocalDemo"
CHMOD: dict[str, Any] = {"path": PATH, "mode": "700"}


def sent(local: LocalFacility) -> int:
    return sum(seen.method in ("PUT", "DELETE") for seen in local.faults.requests)


@pytest.mark.parametrize(
    ("answer", "outcome"), [(YES, None), (NO, "declined"), (DECLINE, "declined"), (CANCEL, "dismissed")]
)
async def test_the_persons_answer_decides(
    connect: Connect, local: LocalFacility, era: Era, answer: ElicitResult, outcome: str | None
) -> None:
    async with connect(era=era, answer=answer) as assistant:
        answered = await assistant.call("chmod", **CHMOD)
        assert len(assistant.questions) == 1
    assert answered.facts.get("outcome") == outcome
    assert sent(local) == (1 if outcome is None else 0)
    if outcome:
        assert not answered.is_error
        assert "Do not try again" in answered.text


async def test_without_elicitation_a_code_is_worth_one_call(
    connect: Connect, local: LocalFacility, era: Era
) -> None:
    async with connect(era=era) as assistant:
        preview = await assistant.call("chmod", **CHMOD)
        code = preview.facts["confirmation"]
        assert preview.facts["outcome"] == "confirmation_required"
        assert f"confirmation: {code}" in preview.text
        assert f"{PATH}: " in preview.facts["preview"]
        assert sent(local) == 0
        done = await assistant.do("chmod", **CHMOD, confirmation=code)
        assert done["after"] == "rwx------ (700)"
        assert sent(local) == 1
        await assistant.do("chmod", path=PATH, mode="750", confirmation=code)
        assert sent(local) == 1


@pytest.mark.parametrize("wrong", ["00000000", "", "x" * 500])
async def test_a_wrong_code_sends_nothing(
    connect: Connect, local: LocalFacility, era: Era, wrong: str
) -> None:
    async with connect(era=era) as assistant:
        await assistant.call("chmod", **CHMOD)
        facts = await assistant.do("chmod", **CHMOD, confirmation=wrong)
    assert facts["outcome"] in ("code_refused", "confirmation_required")
    assert sent(local) == 0


async def test_a_code_is_not_worth_another_call(connect: Connect, local: LocalFacility, era: Era) -> None:
    async with connect(era=era) as assistant:
        code = (await assistant.do("chmod", **CHMOD))["confirmation"]
        facts = await assistant.do("chmod", path=PATH, mode="777", confirmation=code)
        assert facts["outcome"] == "code_refused"
        other = await assistant.do("chown", path=PATH, group="others", confirmation=code)
        assert other["outcome"] == "code_refused"
    assert sent(local) == 0


async def test_a_code_is_not_worth_other_facts(connect: Connect, local: LocalFacility) -> None:
    async with connect() as assistant, connect(confirm="off") as elsewhere:
        code = (await assistant.do("chmod", **CHMOD))["confirmation"]
        await elsewhere.do("chmod", path=PATH, mode="711")
        facts = await assistant.do("chmod", **CHMOD, confirmation=code)
    assert facts["outcome"] == "code_refused"
    assert sent(local) == 1


async def test_human_accepts_no_code(connect: Connect, local: LocalFacility, era: Era) -> None:
    async with connect(era=era, confirm="human") as assistant:
        facts = await assistant.do("chmod", **CHMOD)
        assert facts["outcome"] == "nobody_to_ask"
        assert "confirmation" not in facts
    assert sent(local) == 0
    async with connect(era=era, confirm="human", answer=YES) as assistant:
        await assistant.do("chmod", **CHMOD)
    assert sent(local) == 1


async def test_off_asks_nobody(connect: Connect, local: LocalFacility, era: Era) -> None:
    async with connect(era=era, confirm="off", answer=NO) as assistant:
        await assistant.do("chmod", **CHMOD)
        assert assistant.questions == []
    assert sent(local) == 1


async def test_read_only_has_nothing_to_guard(connect: Connect, local: LocalFacility, era: Era) -> None:
    async with connect(era=era, read_only=True) as assistant:
        answered = await assistant.call("chmod", **CHMOD)
        assert answered.is_error
    assert sent(local) == 0


async def test_a_target_that_is_not_there_is_an_error_and_asks_nobody(
    connect: Connect, local: LocalFacility
) -> None:
    async with connect(answer=YES) as assistant:
        answered = await assistant.call("cancel_job", job_id="999.polaris-pbs-01")
        assert answered.is_error
        assert assistant.questions == []
    assert sent(local) == 0


def test_a_code_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("alcf_mcp.guard.monotonic", lambda: now)
    codes = Codes()
    code = codes.issue("digest")
    now += CODE_SECONDS + 1
    assert not codes.redeem(code, "digest")
