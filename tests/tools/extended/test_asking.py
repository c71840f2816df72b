"""If a file would be overwritten, or something moved, the user is asked about exactly that."""

import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.types import ElicitResult

from alcf_mcp.local import LocalFacility
from tests.conftest import DECLINE, YES, Answered, Assistant, Connect, Era, refuse
from tests.tools.extended.conftest import below


async def test_a_copy_over_a_file_shows_what_is_lost(
    assistant: Assistant, files: Path, directory: str
) -> None:
    (files / "b").write_text("second one")
    answered = await assistant.call("copy_path", path=f"{directory}/a", target_path=f"{directory}/b")
    (question,) = assistant.questions
    assert f"{directory}/b: a file of 10 B, modified " in question
    assert f"is replaced by a copy of {directory}/a" in question
    assert "can't be recovered" in question
    assert (files / "b").read_text() == "first"
    assert answered.facts["was_free"] is False
    assert "undo" not in answered.facts


ASKED: dict[str, dict[str, str]] = {
    "copy_path": {"path": "a", "target_path": "b"},
    "move_path": {"path": "a", "target_path": "new"},
    "compress_path": {"path": "run", "target_path": "old.tar.gz"},
    "extract_archive": {"path": "old.tar.gz", "target_path": "run"},
    "upload_file": {"path": "b", "content": "mine"},
}


@pytest.mark.parametrize("answer", [refuse, DECLINE], ids=["no", "decline"])
@pytest.mark.parametrize("tool", ASKED)
async def test_nothing_is_sent_without_a_yes(
    connect: Connect, local: LocalFacility, files: Path, directory: str, era: Era, tool: str, answer: Any
) -> None:
    with tarfile.open(files / "old.tar.gz", "w:gz") as tar:
        tar.add(files / "a", "log")
    (files / "b").write_text("second one")
    local.faults.requests.clear()
    async with connect(era=era, answer=answer, toolsets="extended") as assistant:
        answered = await assistant.do(tool, **below(directory, ASKED[tool]))
        assert answered["outcome"] == "declined"
        assert len(assistant.questions) == 1
    assert not [seen for seen in local.faults.requests if seen.method != "GET"]


async def test_codes_stand_for_answers_where_nobody_can_be_asked(
    connect: Connect, files: Path, directory: str
) -> None:
    (files / "b").write_text("second one")
    call = {"path": f"{directory}/b", "content": "mine"}
    async with connect(toolsets="extended") as assistant:
        preview = await assistant.do("upload_file", **call)
        assert (files / "b").read_text() == "second one"
        refused = await assistant.do(
            "upload_file", path=f"{directory}/b", content="other", confirmation=preview["confirmation"]
        )
        assert refused["outcome"] == "code_refused"
        await assistant.do("upload_file", **call, confirmation=preview["confirmation"])
    assert (files / "b").read_text() == "mine"


CHANGED: dict[str, dict[str, str]] = {
    "copy_path": {"path": "run/log", "target_path": "a"},
    "move_path": {"path": "run/log", "target_path": "a"},
    "compress_path": {"path": "run", "target_path": "a", "compression": "gzip"},
    "upload_file": {"path": "a", "content": "mine"},
}


@dataclass
class Slow:
    """A user who says yes to the first question only, after something has happened in the meantime."""

    meanwhile: Callable[[], object]
    asked: list[str] = field(default_factory=list)

    def __call__(self, question: str, form: dict[str, Any]) -> ElicitResult:
        self.asked.append(question)
        if len(self.asked) > 1:
            return refuse(question, form)
        self.meanwhile()
        return YES


@pytest.mark.parametrize("tool", CHANGED)
async def test_what_changes_while_the_person_answers_is_asked_about_anew(
    connect: Connect, files: Path, directory: str, era: Era, tool: str
) -> None:
    slow = Slow(lambda: (files / "a").write_text("x" * 1000))
    async with connect(era=era, answer=slow, toolsets="extended") as assistant:
        answered = await assistant.do(tool, **below(directory, CHANGED[tool]))
    assert answered["outcome"] in ("facts_changed", "declined")
    assert "5 B" in slow.asked[0]
    assert (files / "a").read_text() == "x" * 1000


async def test_a_place_that_is_taken_while_the_person_answers(
    connect: Connect, files: Path, directory: str, era: Era
) -> None:
    slow = Slow(lambda: (files / "b").write_text("somebody's"))
    async with connect(era=era, answer=slow, toolsets="extended") as assistant:
        await assistant.do("move_path", path=f"{directory}/a", target_path=f"{directory}/b")
    assert (files / "b").read_text() == "somebody's"


async def test_another_file_of_the_same_size_is_another_file(
    connect: Connect, files: Path, directory: str, era: Era
) -> None:
    (files / "other").write_text("other")
    slow = Slow(lambda: (files / "other").rename(files / "a"))
    async with connect(era=era, answer=slow, toolsets="extended") as assistant:
        await assistant.do("upload_file", path=f"{directory}/a", content="mine")
    assert (files / "a").read_text() == "other"


async def test_calls_at_once_do_not_overwrite_each_other(
    connect: Connect, files: Path, directory: str
) -> None:
    answers: dict[str, Answered] = {}
    async with connect(toolsets="extended") as assistant, anyio.create_task_group() as group:

        async def write(content: str) -> None:
            answers[content] = await assistant.call("upload_file", path=f"{directory}/new", content=content)

        for content in ("one", "two"):
            group.start_soon(write, content)
    (written,) = [content for content, answered in answers.items() if answered.facts.get("was_free")]
    assert (files / "new").read_text() == written
