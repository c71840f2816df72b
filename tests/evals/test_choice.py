"""The published choice of tools is that of these definitions and sentences, and it does not get worse."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from evals.definitions import Definition, definitions
from evals.measuring import ranked
from evals.page import PAGE, RESULT, with_result
from evals.sentences import sentences

FLOORS = {
    ("default", "tuned"): (68, 88),
    ("default", "held out"): (46, 80),
    ("with extended", "tuned"): (71, 84),
    ("with extended", "held out"): (46, 79),
}
"""Shares in percent, first and among three, a little below what was measured."""

LONGEST_COMMON = 5
"""Words in a row that a sentence may share with a description."""


@pytest.fixture
async def tools() -> list[Definition]:
    return await definitions()


@pytest.fixture
def published() -> dict[str, Any]:
    return json.loads(RESULT.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


async def test_the_published_result_is_of_these_definitions_and_sentences(
    tools: list[Definition], published: dict[str, Any]
) -> None:
    now, then = ranked(tools, sentences()), published["ranked"]
    changed = [name for name, digest in now["tools"].items() if then["tools"].get(name) != digest]
    assert not changed, "their definitions changed since the choice was measured: run `make evals`"
    assert now == then, "sentences or tools changed since the choice was measured: run `make evals`"


def test_the_page_shows_the_published_result(published: dict[str, Any]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_result(page, published) == page


@pytest.mark.parametrize(("offered", "kind"), FLOORS)
def test_tools_are_found_at_least_this_often(published: dict[str, Any], offered: str, kind: str) -> None:
    share = published["shares"][offered][kind]
    first, among_three = FLOORS[offered, kind]
    assert share["first"] >= first
    assert share["among_three"] >= among_three


async def test_each_tool_has_sentences_of_both_kinds(tools: list[Definition]) -> None:
    said = sentences()
    assert len(said) >= 120
    by_tool = Counter(sentence.tool for sentence in said)
    assert by_tool.keys() == {tool.name for tool in tools}
    for tool in tools:
        assert by_tool[tool.name] >= (3 if tool.extended else 5), tool.name
    assert {sentence.tool for sentence in said if sentence.held_out} == by_tool.keys()
    assert sum(sentence.held_out for sentence in said) * 3 == len(said)


def test_no_sentence_is_said_twice() -> None:
    texts = [sentence.text for sentence in sentences()]
    assert len(texts) == len(set(texts))


async def test_no_sentence_is_copied_from_a_description(tools: list[Definition]) -> None:
    runs = {run for tool in tools for run in _runs(tool.whole)}
    for sentence in sentences():
        assert not set(_runs(sentence.text)) & runs, sentence.text


def _runs(text: str) -> list[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return [tuple(words[i : i + LONGEST_COMMON]) for i in range(len(words) - LONGEST_COMMON + 1)]
