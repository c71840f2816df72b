"""What may be put where: compressions, patterns, and places that two calls want at once."""

from __future__ import annotations

import pytest

from alcf_mcp.facility.changes import targets
from alcf_mcp.facility.changes.targets import LONGEST_PATTERN, PathClaims, checked_pattern, compression_of
from alcf_mcp.iri.errors import InvalidCall


@pytest.mark.parametrize(
    ("name", "compression"),
    [
        ("a.tar", "none"),
        ("a.tar.gz", "gzip"),
        ("a.TGZ", "gzip"),
        ("a.tar.bz2", "bzip2"),
        ("a.tbz2", "bzip2"),
        ("a.tar.xz", "xz"),
        ("a.txz", "xz"),
    ],
)
def test_an_archives_name_says_how_it_is_compressed(name: str, compression: str) -> None:
    assert compression_of(name, None) == compression
    assert compression_of(name, "xz") == "xz", "what is said counts"


def test_a_name_that_says_nothing_needs_a_word() -> None:
    assert compression_of("archive", "gzip") == "gzip"
    with pytest.raises(InvalidCall, match="'archive' does not show how it is compressed") as refused:
        compression_of("archive", None)
    assert refused.value.hint == (
        "Give `compression`, or a name that ends in one of "
        ".tar, .tar.gz, .tgz, .tar.bz2, .tbz2, .tar.xz, .txz."
    )


@pytest.mark.parametrize("pattern", [None, "", r"\.log$", "a" * LONGEST_PATTERN])
def test_a_regular_expression_passes_as_it_is(pattern: str | None) -> None:
    assert checked_pattern(pattern) is pattern


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "'(' is not a valid regular expression (missing ), unterminated subpattern at position 0)"),
        (
            "a" * (LONGEST_PATTERN + 1),
            f"'{'a' * 40}' is not a valid regular expression (it has more than 200 characters)",
        ),
        ("a{99999999999999999999}", "'a{99999999999999999999}' is not a valid regular expression"),
    ],
)
def test_any_other_is_refused_and_shown_in_short(pattern: str, said: str) -> None:
    with pytest.raises(InvalidCall) as refused:
        checked_pattern(pattern)
    assert str(refused.value).startswith(said)
    assert refused.value.hint == r"'\.log$' matches names that end in .log."


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(targets, "monotonic", lambda: now[0])
    return now


def claim(claims: PathClaims, place: str, seen_at: float) -> None:
    """Put something at a place, in no time."""
    with claims.claimed(place, seen_at):
        pass


def test_two_calls_do_not_write_to_one_place_at_once(clock: list[float]) -> None:
    claims = PathClaims()
    with claims.claimed("/eagle/a", 0.0):
        claim(claims, "/eagle/b", 0.0)
        with pytest.raises(InvalidCall) as refused:
            claim(claims, "/eagle/a", 99.0)
    assert str(refused.value) == "Another call has just changed '/eagle/a', or put something there"
    assert refused.value.hint == (
        "Check that this is still wanted, then call again: the user is asked before it replaces anything."
    )


def test_who_looked_before_another_wrote_looks_again(clock: list[float]) -> None:
    claims = PathClaims()
    clock[0] = 5.0
    claim(claims, "/eagle/a", 4.0)
    with pytest.raises(InvalidCall):
        claim(claims, "/eagle/a", 4.9)
    claim(claims, "/eagle/a", 5.0)


def test_what_was_never_written_may_have_been_seen_at_any_time() -> None:
    claim(PathClaims(), "/eagle/a", 0.5)


def test_a_place_is_free_again_after_a_failure(clock: list[float]) -> None:
    claims = PathClaims()
    with pytest.raises(OSError, match="disk full"), claims.claimed("/eagle/a", 0.0):
        raise OSError("disk full")
    clock[0] = 1.0
    claim(claims, "/eagle/a", 1.0)
