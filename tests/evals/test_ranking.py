"""The tool search ranks by meaning, and by keywords where meaning does not tell."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from evals.definitions import Definition
from evals.keywords import KeywordIndex, words
from evals.measuring import Choice, Share, choices
from evals.ranking import ToolSearch, Vector
from evals.sentences import Sentence


def tool(name: str, description: str) -> Definition:
    return Definition(name, name.title(), description, (), extended=False)


COPY = tool("copy", "Duplicates files.")
WAIT = tool("wait", "Sits until a job ends. Never affects it.")


def about_time(texts: Sequence[str]) -> list[Vector]:
    """An embedding with one dimension of meaning: whether a text is about time."""
    return [(1.0, 0.0) if {"until", "later", "when"} & set(words(text)) else (0.0, 1.0) for text in texts]


def about_nothing(texts: Sequence[str]) -> list[Vector]:
    return [(1.0, 0.0)] * len(texts)


def test_what_means_the_same_comes_first() -> None:
    assert ToolSearch([COPY, WAIT], about_time).ranked(["come back later"]) == [["wait", "copy"]]


def test_keywords_decide_where_the_meaning_is_the_same() -> None:
    search = ToolSearch([COPY, WAIT], about_nothing)
    assert search.ranked(["my job", "duplicate files"]) == [["wait", "copy"], ["copy", "wait"]]


def test_rare_words_count_more_and_endings_do_not() -> None:
    index = KeywordIndex(["show a job", "show a file", "show jobs waiting"])
    scores = index.scores("show what waits")
    assert scores[2] == 1.0
    assert 0 < scores[0] < 1


@given(st.text(), st.lists(st.text(), min_size=1, max_size=5))
def test_any_text_can_be_searched_for(query: str, documents: list[str]) -> None:
    if any(words(document) for document in documents):
        scores = KeywordIndex(documents).scores(query)
        assert len(scores) == len(documents)
        assert all(0 <= score <= 1 for score in scores)


def test_shares_count_only_sentences_for_tools_on_offer() -> None:
    said = [Sentence("when?", "wait", held_out=False), Sentence("ls", "list", held_out=False)]
    (choice,) = choices([COPY, WAIT], said, about_time)
    assert (choice.sentence.tool, choice.rank) == ("wait", 1)


def test_shares_are_rounded_down() -> None:
    sentence = Sentence("…", "right", held_out=False)
    found = [["right", "a", "b", "c"], ["a", "b", "right", "c"], ["a", "b", "c", "right"]]
    share = Share.of([Choice(sentence, names) for names in found])
    assert share.percent() == {"sentences": 3, "first": 33, "among_three": 66}
