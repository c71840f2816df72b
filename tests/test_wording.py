"""Numbers and names read as in a sentence."""

from alcf_mcp.wording import count, in_node_hours, named


def test_numbers_with_their_nouns() -> None:
    assert [count(n, "entry") for n in (0, 1, 2)] == ["0 entries", "1 entry", "2 entries"]
    assert count(2, "job") == "2 jobs"


def test_names_are_listed_with_one_and() -> None:
    assert [named(["a"]), named(["a", "b"]), named(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def test_node_hours_are_one_or_many() -> None:
    assert [in_node_hours(figure) for figure in (1.0, 0.5, "1,000")] == [
        "1 node hour",
        "0.5 node hours",
        "1,000 node hours",
    ]
