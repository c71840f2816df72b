"""What a preview shows, and what an answer to it covers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

import pytest
from pydantic import BaseModel

from alcf_mcp.guard import Call, Change, Preview
from alcf_mcp.guard.preview import LONGEST_LINE, Typed, Yes, agrees

PREVIEW = Preview("Cancel job 1?", ("job 1 is running",), remarks=("for 5 min",))
CALL = Call("cancel_job", {"a": 1, "b": PurePath("é")}, "a client", "ada")


def test_an_answer_is_bound_to_every_fact_the_arguments_and_the_user() -> None:
    bound = CALL.digest(PREVIEW)
    assert bound == PREVIEW.digest(CALL.tool, {"b": PurePath("é"), "a": 1}, CALL.person)
    others = [
        replace(CALL, tool="update_job").digest(PREVIEW),
        replace(CALL, arguments={"a": 1, "b": PurePath("e")}).digest(PREVIEW),
        replace(CALL, person="bob").digest(PREVIEW),
        CALL.digest(replace(PREVIEW, question="Cancel job 2?")),
        CALL.digest(replace(PREVIEW, facts=("job 1 is queued",))),
        CALL.digest(replace(PREVIEW, word="1")),
    ]
    assert len({bound, *others}) == 7
    assert CALL.digest(replace(PREVIEW, changes=(Change("job", "running", "canceled"),))) == bound


def test_what_is_drawn_of_a_preview_is_fit_to_show() -> None:
    preview = replace(PREVIEW, changes=(Change("job", "a" * 2 * LONGEST_LINE, "canceled"),))
    drawn = preview.drawn(str.upper)
    assert drawn["facts"] == ["JOB 1 IS RUNNING"]
    assert drawn["remarks"] == ["FOR 5 MIN"]
    ((what, before, after),) = drawn["changes"]
    assert (what, after) == ("JOB", "CANCELED")
    assert len(before) == LONGEST_LINE + len(" … ")


def test_a_long_line_keeps_its_beginning_and_its_end() -> None:
    whole, longer = "a" * LONGEST_LINE, "a" * LONGEST_LINE + "b" * LONGEST_LINE
    assert Preview("Go?", (whole,)).text() == f"{whole}\nGo?"
    half = LONGEST_LINE // 2
    assert Preview("Go?", (longer,)).text() == f"{'a' * half} … {'b' * half}\nGo?"


def test_an_argument_with_half_a_character_can_be_bound_too() -> None:
    odd = replace(CALL, arguments={"path": "\ud800"})
    assert odd.digest(PREVIEW) != CALL.digest(PREVIEW)


def test_a_filled_in_form_is_an_agreement() -> None:
    much = Preview("Remove?", word="1000 files")
    assert agrees(much.form().model_validate({"typed": "1000 files"}), much)
    assert agrees(PREVIEW.form().model_validate({"confirm": True}), PREVIEW)


def test_the_form_asks_for_a_yes_or_for_the_word() -> None:
    assert PREVIEW.form().model_json_schema() == Yes.model_json_schema()
    described = Preview("Remove?", word="1000 files").form().model_json_schema()
    assert described["title"] == "Typed"
    assert described["required"] == ["typed"]
    assert described["properties"]["typed"] == {
        "title": "Typed",
        "type": "string",
        "description": "Much is at stake: type 1000 files to continue",
    }


@pytest.mark.parametrize(
    ("answer", "word", "agreed"),
    [
        (Yes(confirm=True), "", True),
        (Yes(confirm=False), "", False),
        (Typed(typed="777"), "", False),
        (Typed(typed=" 777\n"), "777", True),
        (Typed(typed="77"), "777", False),
        (Yes(confirm=True), "777", False),
        (None, "", False),
    ],
)
def test_only_what_was_asked_for_is_an_agreement(answer: BaseModel | None, word: str, agreed: bool) -> None:
    assert agrees(answer, Preview("Go?", word=word)) is agreed
