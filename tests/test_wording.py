"""Numbers and names read as in a sentence."""

from alcf_mcp.wording import count, named


def test_numbers_with_their_nouns() -> None:
    assert [count(n, "entry") for n in (0, 1, 2)] == ["0 entries", "1 entry", "2 entries"]
    assert count(2, "job") == "2 jobs"


def test_names_are_listed_with_one_and() -> None:
    assert [named(["a"]), named(["a", "b"]), named(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
