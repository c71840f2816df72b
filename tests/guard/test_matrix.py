"""Every guarded tool, every way of answering, both eras of the protocol: what reaches the facility.

Exactly one request that changes something if the user agreed; otherwise none.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp.types import ElicitResult

from alcf_mcp.journal import Journal
from alcf_mcp.journal.approvals import SECONDS
from alcf_mcp.local import LocalFacility
from tests.conftest import CANCEL, DECLINE, Connect, Era, Reply, agree, refuse

HERE = "/eagle/LocalDemo/here"
COSTLY: dict[str, Any] = {
    "resource": "polaris",
    "script": "true",
    "account": "LocalDemo",
    "queue": "preemptable",
    "nodes": 8,
    "walltime": "10h",
    "directory": HERE,
}


@dataclass
class Target:
    """The target of the guarded calls."""

    job_id: str
    tree: Path

    def call(self, tool: str) -> dict[str, Any]:
        """The arguments of a call that would change something."""
        calls: dict[str, dict[str, Any]] = {
            "cancel_job": {"job_id": self.job_id},
            "update_job": {"job_id": self.job_id, "name": "changed"},
            "chmod": {"path": HERE, "mode": "700"},
            "chown": {"path": HERE, "group": "daemon"},
            "remove_path": {"path": HERE},
            "submit_job": COSTLY,
        }
        return calls[tool]

    def another(self, tool: str) -> dict[str, Any]:
        """The arguments of that call with one of them changed."""
        changes: dict[str, dict[str, Any]] = {
            "cancel_job": {"resource": "polaris"},
            "update_job": {"name": "other"},
            "chmod": {"mode": "711"},
            "chown": {"group": "sys"},
            "remove_path": {"path": f"{HERE}/inside"},
            "submit_job": {"nodes": 7},
        }
        return self.call(tool) | changes[tool]

    def change_facts(self, local: LocalFacility, tool: str) -> None:
        """Make what the user was shown no longer true."""
        if tool == "remove_path":
            (self.tree / "more").touch()
        elif tool == "chmod":
            self.tree.chmod(0o771)
        elif tool == "chown":
            if os.geteuid():
                pytest.skip("only root can give a file away")
            os.chown(self.tree, -1, 12)
        else:
            with closing(sqlite3.connect(local.settings.root / "facility.sqlite")) as db, db:
                db.execute("UPDATE jobs SET state = 'new' WHERE id = ?", (self.job_id,))


TOOLS = ("cancel_job", "update_job", "chmod", "chown", "remove_path", "submit_job")
LOOKED_AT = TOOLS[:-1]
"""The tools whose question shows facts from the facility."""


@pytest.fixture
async def target(connect: Connect, local: LocalFacility) -> Target:
    """A directory with something in it and a held job, both made by a user who is not asked."""
    async with connect(confirm="off") as setup:
        await setup.do("make_directory", path=f"{HERE}/inside", parents=True)
        held = COSTLY | {"nodes": 2, "walltime": "1h", "name": "held"}
        job_id = (await setup.do("submit_job", **held))["job_id"]
    local.faults.requests.clear()
    return Target(job_id, local.settings.root / "tree" / HERE.strip("/"))


def sent(local: LocalFacility) -> int:
    """Count the requests that change something and reached the facility."""
    changing = [
        seen
        for seen in local.faults.requests
        if seen.method in ("PUT", "DELETE") or (seen.method == "POST" and "/compute/job/" in seen.path)
    ]
    return len(changing)


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(
    ("answer", "expected"),
    [(agree, 1), (refuse, 0), (DECLINE, 0), (CANCEL, 0)],
    ids=["yes", "no", "decline", "cancel"],
)
async def test_elicitation(
    connect: Connect, local: LocalFacility, target: Target, era: Era, tool: str, answer: Reply, expected: int
) -> None:
    async with connect(era=era, answer=answer) as assistant:
        answered = await assistant.call(tool, **target.call(tool))
        assert len(assistant.questions) == 1
    assert sent(local) == expected
    if not expected:
        assert not answered.is_error
        assert answered.facts["outcome"] in ("declined", "dismissed")
        assert "confirmation" not in answered.facts


@pytest.mark.parametrize("tool", TOOLS)
async def test_codes(connect: Connect, local: LocalFacility, target: Target, era: Era, tool: str) -> None:
    """Without elicitation: wrong code, changed arguments, the right code, and the right code again."""
    call = target.call(tool)
    async with connect(era=era) as assistant:
        preview = await assistant.call(tool, **call)
        code = preview.facts["confirmation"]
        assert f"confirmation: {code}" in preview.text
        for wrong in ("00000000", code[::-1] + "0", code + code):
            assert (await assistant.do(tool, **call, confirmation=wrong))["outcome"] == "code_refused"
        other = await assistant.call(tool, **(target.another(tool) | {"confirmation": code}))
        assert other.facts["outcome"] == "code_refused"
        assert sent(local) == 0
        done = await assistant.call(tool, **call, confirmation=code)
        assert "outcome" not in done.facts
        assert sent(local) == 1
        again = await assistant.call(tool, **call, confirmation=code)
        assert again.is_error or again.facts["outcome"] in ("code_refused", "nothing_to_do")
    assert sent(local) == 1


@pytest.mark.parametrize("tool", LOOKED_AT)
async def test_a_code_after_the_facts_changed(
    connect: Connect, local: LocalFacility, target: Target, era: Era, tool: str
) -> None:
    async with connect(era=era) as assistant:
        code = (await assistant.do(tool, **target.call(tool)))["confirmation"]
        target.change_facts(local, tool)
        refused = await assistant.call(tool, **target.call(tool), confirmation=code)
        assert refused.facts["outcome"] == "code_refused"
    assert sent(local) == 0


@pytest.mark.parametrize("tool", TOOLS)
async def test_a_code_after_its_time(
    connect: Connect, local: LocalFacility, target: Target, era: Era, tool: str, journal: Journal
) -> None:
    async with connect(era=era) as assistant:
        code = (await assistant.do(tool, **target.call(tool)))["confirmation"]
        journal.store.run_now(
            lambda db: db.execute("UPDATE approvals SET asked_at = asked_at - ?", (SECONDS,))
        )
        late = await assistant.call(tool, **target.call(tool), confirmation=code)
        assert late.facts["outcome"] == "code_refused"
    assert sent(local) == 0


@pytest.mark.parametrize("tool", LOOKED_AT)
async def test_facts_that_change_while_the_person_answers(
    connect: Connect, local: LocalFacility, target: Target, era: Era, tool: str
) -> None:
    """The older era reports the change; the modern one asks the new question itself."""

    def slowly(question: str, form: dict[str, Any]) -> ElicitResult:
        if len(assistant.questions) == 1:
            target.change_facts(local, tool)
            return agree(question, form)
        return DECLINE

    async with connect(era=era, answer=slowly) as assistant:
        answered = await assistant.call(tool, **target.call(tool))
        assert len(assistant.questions) == (1 if era == "legacy" else 2)
    assert answered.facts["outcome"] == ("facts_changed" if era == "legacy" else "declined")
    assert sent(local) == 0


@pytest.mark.parametrize("tool", TOOLS)
async def test_human_without_and_with_approval(
    connect: Connect, local: LocalFacility, target: Target, era: Era, tool: str, journal: Journal
) -> None:
    call = target.call(tool)
    async with connect(era=era, confirm="human") as assistant:
        waiting = await assistant.call(tool, **call)
        assert waiting.facts["outcome"] == "approval_required"
        assert "alcf-mcp approve" in waiting.text
        (question,) = journal.approvals.waiting()
        assert question.code not in waiting.text
        stolen = await assistant.call(tool, **call, confirmation=question.code)
        assert stolen.facts["outcome"] == "approval_required"
        assert sent(local) == 0
        assert journal.approvals.approve(question.code)
        await assistant.call(tool, **call)
        assert sent(local) == 1
        again = await assistant.call(tool, **call)
        assert again.is_error or again.facts["outcome"] in ("approval_required", "nothing_to_do")
    assert sent(local) == 1


@pytest.mark.parametrize("tool", TOOLS)
async def test_off(connect: Connect, local: LocalFacility, target: Target, era: Era, tool: str) -> None:
    async with connect(era=era, confirm="off", answer=refuse) as assistant:
        await assistant.call(tool, **target.call(tool))
        assert assistant.questions == []
    assert sent(local) == 1


@pytest.mark.parametrize("tool", TOOLS)
async def test_read_only(connect: Connect, local: LocalFacility, target: Target, era: Era, tool: str) -> None:
    async with connect(era=era, read_only=True, confirm="off") as assistant:
        listed = {offered.name for offered in (await assistant.client.list_tools()).tools}
        assert tool not in listed
        assert (await assistant.call(tool, **target.call(tool))).is_error
    assert sent(local) == 0
